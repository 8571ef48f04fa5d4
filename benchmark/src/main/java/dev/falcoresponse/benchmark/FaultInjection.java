package dev.falcoresponse.benchmark;

import dev.falcoresponse.playground.broker.Broker;
import dev.falcoresponse.playground.broker.EventTrace;
import dev.falcoresponse.testing.ApiProxy;
import dev.falcoresponse.testing.FaultyWire;
import dev.falcoresponse.testing.Folders;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.FunctionProcess.Packaging;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.Waiting;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Puts faults between a function and the API server while alerts are delivered. */
final class FaultInjection {
    private static final double FAULT_RATE = 0.3;
    private static final long API_TIMEOUT_MILLIS = 500;

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Map<String, String> SETTINGS = settings();

    private final KubeApiServer server;
    private final Checkout checkout;
    private final KubeAccess access;
    private final Delivery delivery;
    private final int alerts;
    private final AtomicInteger injected = new AtomicInteger();

    FaultInjection(KubeApiServer server, Checkout checkout, int alerts, Delivery delivery) {
        this.server = server;
        this.checkout = checkout;
        this.access = checkout.access(server);
        this.delivery = delivery;
        this.alerts = alerts;
    }

    private static Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>(FunctionProcess.ACTING);
        settings.put("RESPONSE_API_TIMEOUT", API_TIMEOUT_MILLIS + "ms");
        return settings;
    }

    List<EnduranceResult> runAll() {
        return List.of(
                run("none", access, () -> {}, () -> {}),
                through("429 with Retry-After", sometimes(new ApiProxy.Answer(429, Map.of("Retry-After", "1"), "{}"))),
                through("500", sometimes(new ApiProxy.Answer(500, Map.of(), "{}"))),
                through("503", sometimes(new ApiProxy.Answer(503, Map.of(), "{}"))),
                through("answer is not JSON", sometimes(new ApiProxy.Answer(200, Map.of(), "<html>proxy</html>"))),
                through(
                        "answer cut off",
                        sometimes(new ApiProxy.Answer(200, Map.of(ApiProxy.BREAKS, ""), "{\"kind\":"))),
                through("answer slower than the timeout", slow()),
                over("connection refused", new FaultyWire.Fault.Refuses()),
                over("connection reset, change possibly made", new FaultyWire.Fault.Resets()),
                over("stalled below TLS", new FaultyWire.Fault.Stalls(Duration.ofMillis(API_TIMEOUT_MILLIS * 2))),
                over("no TLS", new FaultyWire.Fault.NoTls()),
                rotateToken(),
                during("API server killed and restarted", server::restart, () -> {}),
                during("etcd stopped and resumed", server::freezeStore, server::thawStore));
    }

    private ApiProxy.Fault sometimes(ApiProxy.Answer answer) {
        Random random = new Random(1);
        return call -> isAboutPods(call) && isInjected(random) ? Optional.of(answer) : Optional.empty();
    }

    private ApiProxy.Fault slow() {
        Random random = new Random(1);
        CountDownLatch never = new CountDownLatch(1);
        return call -> {
            if (isAboutPods(call) && isInjected(random)) {
                await(never, API_TIMEOUT_MILLIS * 2);
            }
            return Optional.empty();
        };
    }

    private static boolean isAboutPods(ApiProxy.Call call) {
        return call.uri().contains("/pods/");
    }

    private boolean isInjected(Random random) {
        synchronized (random) {
            boolean isInjected = random.nextDouble() < FAULT_RATE;
            injected.addAndGet(isInjected ? 1 : 0);
            return isInjected;
        }
    }

    /** Fails when the fault never occurred: such a run proves nothing. */
    private static EnduranceResult requireInjected(EnduranceResult result, int times) {
        if (times == 0) {
            throw new IllegalStateException(result.scenario() + " never occurred");
        }
        return result;
    }

    private static void await(CountDownLatch latch, long millis) {
        try {
            latch.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private EnduranceResult through(String name, ApiProxy.Fault fault) {
        injected.set(0);
        try (ApiProxy proxy = ApiProxy.before(access, fault)) {
            return requireInjected(run(name, proxy.access(), () -> {}, () -> {}), injected.get());
        }
    }

    private EnduranceResult over(String name, FaultyWire.Fault fault) {
        int port = URI.create(access.url()).getPort();
        try (FaultyWire wire = FaultyWire.to(port, fault)) {
            EnduranceResult result = run(
                    name,
                    new KubeAccess("https://127.0.0.1:" + wire.port(), access.certificate(), access.token()),
                    () -> {},
                    () -> {});
            return requireInjected(result, wire.struck());
        }
    }

    private EnduranceResult during(String name, Runnable begin, Runnable end) {
        return run(name, access, begin, end);
    }

    /** Replaces the token file before the old token expires, as a kubelet does; nothing notifies the function. */
    private EnduranceResult rotateToken() {
        KubernetesClient client = server.client();
        Secret secret = client.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withNamespace("falco-response")
                        .withName("bound-to-" + UUID.randomUUID())
                        .endMetadata()
                        .build())
                .create();
        KubeAccess old = checkout.boundTo(server, secret);
        try {
            Path folder = Files.createTempDirectory("service-account-");
            Map<String, String> settings = new HashMap<>(old.mount(folder));
            settings.putAll(SETTINGS);
            Packaging packaging = Packaging.best(checkout.target());
            try (FunctionProcess function = FunctionProcess.launch(checkout.target(), packaging, settings);
                    KubernetesClient oldClient = old.client()) {
                StartupTime.awaitReady(function);
                access.mount(folder);
                client.resource(secret).delete();
                Waiting.until("the old token to be refused", TIMEOUT, () -> isRefused(oldClient));
                return run("token expired, new one mounted", function, () -> {}, () -> {});
            } finally {
                Folders.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isRefused(KubernetesClient client) {
        try {
            client.pods().inNamespace("default").list();
            return false;
        } catch (KubernetesClientException e) {
            return e.getCode() == HttpURLConnection.HTTP_UNAUTHORIZED;
        }
    }

    private EnduranceResult run(String name, KubeAccess api, Runnable begin, Runnable end) {
        Packaging packaging = Packaging.best(checkout.target());
        try (FunctionProcess function = FunctionProcess.launch(checkout.target(), packaging, api, SETTINGS)) {
            StartupTime.awaitLive(function);
            return run(name, function, begin, end);
        }
    }

    private EnduranceResult run(String name, FunctionProcess function, Runnable begin, Runnable end) {
        try (Pods pods = new Pods(server.client())) {
            List<Pod> targets = pods.create(alerts);
            List<Pod> bystanders = pods.create(Math.max(1, alerts / 10));
            try (Broker broker = delivery.broker(function.uri())) {
                CompletableFuture<Void> outage = CompletableFuture.runAsync(() -> {
                    begin.run();
                    await(new CountDownLatch(1), API_TIMEOUT_MILLIS * 2);
                    end.run();
                });
                List<EventTrace> traces = Delivery.send(broker, targets);
                outage.join();
                return delivery.result(name, targets, bystanders, traces, function.records());
            }
        }
    }
}
