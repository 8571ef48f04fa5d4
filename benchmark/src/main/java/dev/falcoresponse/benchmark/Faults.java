package dev.falcoresponse.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.falcoresponse.playground.broker.Answer;
import dev.falcoresponse.playground.broker.Broker;
import dev.falcoresponse.playground.broker.Passage;
import dev.falcoresponse.playground.broker.RuleBook;
import dev.falcoresponse.testing.ApiProxy;
import dev.falcoresponse.testing.FaultyWire;
import dev.falcoresponse.testing.Folders;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.FunctionProcess.Packaging;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Waiting;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Alerts that a broker delivers by Knative's rules, to a function whose way to the API server fails. */
final class Faults {
    private static final double OFTEN = 0.3;
    private static final int SENDERS = 16;
    private static final long API_TIMEOUT_MILLIS = 500;

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Map<String, String> SETTINGS = settings();

    private final KubeApiServer server;
    private final Checkout checkout;
    private final KubeAccess access;
    private final RuleBook rules;
    private final int alerts;
    private final AtomicInteger struck = new AtomicInteger();

    Faults(KubeApiServer server, Checkout checkout, int alerts) {
        this.server = server;
        this.checkout = checkout;
        this.access = checkout.access(server);
        this.rules = impatient(checkout.knative());
        this.alerts = alerts;
    }

    private static Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>(FunctionProcess.ACTING);
        settings.put("RESPONSE_API_TIMEOUT", API_TIMEOUT_MILLIS + "ms");
        return settings;
    }

    /** The Trigger of delete-pod as it is shipped, but for its pauses: they prove nothing, and take time. */
    private static RuleBook impatient(Path knative) {
        try {
            Path folder = Files.createTempDirectory("triggers-");
            for (String file : List.of("base/broker.yaml", "delete-pod/trigger.yaml")) {
                Path copy = folder.resolve(file);
                Files.createDirectories(copy.getParent());
                Files.writeString(copy, Files.readString(knative.resolve(file)).replace("PT1S", "PT0.1S"));
            }
            return RuleBook.read(folder, List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Count> all() {
        return List.of(
                run("none", access, () -> {}, () -> {}),
                through("429 with Retry-After", often(new ApiProxy.Answer(429, Map.of("Retry-After", "1"), "{}"))),
                through("500", often(new ApiProxy.Answer(500, Map.of(), "{}"))),
                through("503", often(new ApiProxy.Answer(503, Map.of(), "{}"))),
                through("garbage", often(new ApiProxy.Answer(200, Map.of(), "<html>proxy</html>"))),
                through("half a response", often(new ApiProxy.Answer(200, Map.of(ApiProxy.BREAKS, ""), "{\"kind\":"))),
                through("slower than the deadline", slow()),
                over("connection refused", new FaultyWire.Fault.Refuses()),
                over("reset in the middle, the change perhaps done", new FaultyWire.Fault.Resets()),
                over("stalled below TLS", new FaultyWire.Fault.Stalls(Duration.ofMillis(API_TIMEOUT_MILLIS * 2))),
                over("no TLS", new FaultyWire.Fault.NoTls()),
                rotate(),
                during("API server killed and started again", server::restart, () -> {}),
                during("etcd stands still and goes on", server::freezeStore, server::thawStore));
    }

    private ApiProxy.Fault often(ApiProxy.Answer answer) {
        Random random = new Random(1);
        return call -> isAboutPods(call) && strikes(random) ? Optional.of(answer) : Optional.empty();
    }

    private ApiProxy.Fault slow() {
        Random random = new Random(1);
        CountDownLatch never = new CountDownLatch(1);
        return call -> {
            if (isAboutPods(call) && strikes(random)) {
                await(never, API_TIMEOUT_MILLIS * 2);
            }
            return Optional.empty();
        };
    }

    private static boolean isAboutPods(ApiProxy.Call call) {
        return call.uri().contains("/pods/");
    }

    private boolean strikes(Random random) {
        synchronized (random) {
            boolean strikes = random.nextDouble() < OFTEN;
            struck.addAndGet(strikes ? 1 : 0);
            return strikes;
        }
    }

    /** A fault that never struck has shown nothing. */
    private static Count struck(Count count, int times) {
        if (times == 0) {
            throw new IllegalStateException(count.fault() + " has never struck");
        }
        return count;
    }

    private static void await(CountDownLatch latch, long millis) {
        try {
            latch.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Count through(String name, ApiProxy.Fault fault) {
        struck.set(0);
        try (ApiProxy proxy = ApiProxy.before(access, fault)) {
            return struck(run(name, proxy.access(), () -> {}, () -> {}), struck.get());
        }
    }

    private Count over(String name, FaultyWire.Fault fault) {
        int port = URI.create(access.url()).getPort();
        try (FaultyWire wire = FaultyWire.to(port, fault)) {
            Count count = run(
                    name,
                    new KubeAccess("https://127.0.0.1:" + wire.port(), access.certificate(), access.token()),
                    () -> {},
                    () -> {});
            return struck(count, wire.struck());
        }
    }

    private Count during(String name, Runnable begin, Runnable end) {
        return run(name, access, begin, end);
    }

    /** As the kubelet does it: the new one is there before the old one ends, of which nobody tells the function. */
    private Count rotate() {
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
                    KubernetesClient formerly = old.client()) {
                Starts.awaitReady(function);
                access.mount(folder);
                client.resource(secret).delete();
                Waiting.until("the old token's end", PATIENCE, () -> isRefused(formerly));
                return run("token expired, a new one on the disk", function, () -> {}, () -> {});
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

    private Count run(String name, KubeAccess way, Runnable begin, Runnable end) {
        Packaging packaging = Packaging.best(checkout.target());
        try (FunctionProcess function = FunctionProcess.launch(checkout.target(), packaging, way, SETTINGS)) {
            Starts.awaitLife(function);
            return run(name, function, begin, end);
        }
    }

    private Count run(String name, FunctionProcess function, Runnable begin, Runnable end) {
        try (Pods pods = new Pods(server.client())) {
            List<Pod> asked = pods.make(alerts);
            List<Pod> bystanders = pods.make(Math.max(1, alerts / 10));
            try (Broker broker = broker(function.uri())) {
                CompletableFuture<Void> meanwhile = CompletableFuture.runAsync(() -> {
                    begin.run();
                    await(new CountDownLatch(1), API_TIMEOUT_MILLIS * 2);
                    end.run();
                });
                List<Passage> passages = send(broker, asked);
                meanwhile.join();
                return count(name, asked, bystanders, passages, function.records());
            }
        }
    }

    Broker broker(URI function) {
        return new Broker(rules, Map.of("delete-pod", function), _ -> {});
    }

    /** Each by a broker that waits for its end, so many at a time. */
    static List<Passage> send(Broker broker, List<Pod> pods) {
        Semaphore senders = new Semaphore(SENDERS);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Function<Pod, CompletableFuture<Passage>> one = pod -> CompletableFuture.supplyAsync(
                    () -> {
                        senders.acquireUninterruptibly();
                        try {
                            return broker.send(event(pod));
                        } finally {
                            senders.release();
                        }
                    },
                    threads);
            List<CompletableFuture<Passage>> sent = pods.stream().map(one).toList();
            return sent.stream().map(CompletableFuture::join).toList();
        }
    }

    private static CloudEvent event(Pod pod) {
        RecordedAlert alert = RecordedAlert.shellIn(pod);
        return CloudEventBuilder.v1()
                .withId(UUID.randomUUID().toString())
                .withSource(URI.create("https://falco.org"))
                .withType("falco.rule.output.v1")
                .withExtension("rule", alert.member("rule"))
                .withExtension("priority", alert.member("priority"))
                .withData("application/json", alert.body().getBytes(UTF_8))
                .build();
    }

    /** What the API server says, beside what was answered. */
    Count count(String name, List<Pod> asked, List<Pod> bystanders, List<Passage> passages, List<String> records) {
        Set<String> there = new HashSet<>();
        server.client().pods().inAnyNamespace().list().getItems().forEach(pod -> there.add(uid(pod)));
        int done = 0;
        int deadLetter = 0;
        int lost = 0;
        int wrong = (int)
                bystanders.stream().filter(pod -> !there.contains(uid(pod))).count();
        for (int i = 0; i < asked.size(); i++) {
            Passage passage = passages.get(i);
            boolean success = passage.answers().stream().anyMatch(Answer::isSuccess);
            boolean dead = !passage.deadLetters().isEmpty();
            done += success ? 1 : 0;
            deadLetter += dead ? 1 : 0;
            lost += success == dead ? 1 : 0;
            wrong += success && there.contains(uid(asked.get(i))) ? 1 : 0;
        }
        Map<String, Integer> acted = new HashMap<>();
        records.stream()
                .filter(record -> record.contains("\"outcome\":\"acted\""))
                .forEach(record ->
                        acted.merge(record.replaceFirst(".*\"podUid\":\"([^\"]*)\".*", "$1"), 1, Integer::sum));
        wrong += (int) acted.values().stream().filter(times -> times > 1).count();
        return new Count(name, asked.size(), done, deadLetter, wrong, lost);
    }

    private static String uid(Pod pod) {
        return pod.getMetadata().getUid();
    }
}
