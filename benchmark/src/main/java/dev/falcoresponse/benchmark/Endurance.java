package dev.falcoresponse.benchmark;

import static java.util.stream.Collectors.joining;

import dev.falcoresponse.playground.broker.Broker;
import dev.falcoresponse.playground.broker.EventTrace;
import dev.falcoresponse.testing.ApiProxy;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.FunctionProcess.Packaging;
import dev.falcoresponse.testing.KubeApiServer;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.URI;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Counts the outcomes of alerts under faults, and watches the resources of a function under a flood of alerts. */
@Command(
        name = "benchmark/endure",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = "Sends alerts to delete-pod on a real kube-apiserver under faults, kills, races and a flood."
                + " Exit status: 0 when no outcome was wrong and no alert was lost, 1 otherwise.")
final class Endurance implements Callable<Integer> {
    private static final int CHUNK = 1000;

    @Option(names = "--alerts", paramLabel = "N", description = "alerts under each fault (default: ${DEFAULT-VALUE})")
    private int alerts = 200;

    @Option(names = "--kills", paramLabel = "N", description = "number of kill -9 (default: ${DEFAULT-VALUE})")
    private int kills = 200;

    @Option(names = "--races", paramLabel = "N", description = "pods to recreate (default: ${DEFAULT-VALUE})")
    private int races = 1000;

    @Option(
            names = "--flood",
            paramLabel = "N",
            description = "alerts for one process, as many as in an hour (default: ${DEFAULT-VALUE})")
    private int flood = 60_000;

    @Option(names = "--write", description = "write the table into benchmark/README.md")
    private boolean write;

    private final Checkout checkout = Checkout.here();
    private final List<EnduranceResult> results = new ArrayList<>();
    private final List<ResourceSample> samples = new ArrayList<>();

    public static void main(String[] arguments) {
        Checkout.run(new Endurance(), arguments);
    }

    @Override
    public Integer call() {
        try (KubeApiServer server = KubeApiServer.start(Checkout.binaries(this))) {
            Delivery delivery = new Delivery(server, checkout.knative());
            FaultInjection faults = new FaultInjection(server, checkout, alerts, delivery);
            if (alerts > 0) {
                results.addAll(faults.runAll());
            }
            if (kills > 0) {
                results.add(kill(server, delivery));
            }
            if (races > 0) {
                results.add(race(server));
            }
            if (flood > 0) {
                results.add(flood(server));
            }
        }
        System.out.println(markdown());
        if (write) {
            new ReadmeSection("endure").write(checkout.home(), markdown());
        }
        return results.stream().allMatch(result -> result.wrong() == 0 && result.lost() == 0) ? 0 : 1;
    }

    private String markdown() {
        String table = """
                Counted on %s by `benchmark/endure`.

                | | sent | done | dead letter | wrong | lost |
                |---|---|---|---|---|---|
                %s
                """.formatted(
                        LocalDate.now(ZoneOffset.UTC),
                        results.stream().map(EnduranceResult::markdown).collect(joining("\n")));
        return samples.isEmpty() ? table : table + "\n" + ResourceSample.summary(samples) + "\n";
    }

    /** Kills the function at a random API call while it handles three alerts; the broker repeats them to the new process. */
    private EnduranceResult kill(KubeApiServer server, Delivery delivery) {
        Random random = new Random(1);
        AtomicInteger callsLeft = new AtomicInteger();
        AtomicReference<@Nullable FunctionProcess> current = new AtomicReference<>();
        ApiProxy.Fault fault = call -> {
            if (!call.uri().contains("accessreviews") && callsLeft.decrementAndGet() == 0) {
                Optional.ofNullable(current.get()).ifPresent(FunctionProcess::kill);
            }
            return Optional.empty();
        };
        Path target = checkout.target();
        List<Pod> targets = new ArrayList<>();
        List<Pod> bystanders = new ArrayList<>();
        List<EventTrace> traces = new ArrayList<>();
        List<String> records = new ArrayList<>();
        try (ApiProxy proxy = ApiProxy.before(checkout.access(server), fault);
                Pods pods = new Pods(server.client())) {
            for (int i = 0; i < kills; i++) {
                callsLeft.set(Integer.MAX_VALUE);
                FunctionProcess first = checkout.start(proxy.access());
                current.set(first);
                List<Pod> three = pods.create(3);
                bystanders.addAll(pods.create(1));
                callsLeft.set(1 + random.nextInt(6));
                URI uri = first.uri();
                try (Broker broker = delivery.broker(uri)) {
                    CompletableFuture<List<EventTrace>> sent =
                            CompletableFuture.supplyAsync(() -> Delivery.send(broker, three));
                    first.awaitEndOr(sent::isDone);
                    current.set(null);
                    records.addAll(first.records());
                    Map<String, String> samePort = new HashMap<>(FunctionProcess.ACTING);
                    samePort.put("QUARKUS_HTTP_PORT", Integer.toString(uri.getPort()));
                    first.kill();
                    first.awaitEnd();
                    try (first;
                            FunctionProcess second =
                                    FunctionProcess.launch(target, Packaging.best(target), proxy.access(), samePort)) {
                        traces.addAll(sent.join());
                        records.addAll(second.records());
                    }
                }
                targets.addAll(three);
            }
            return delivery.result("kill -9, %d times".formatted(kills), targets, bystanders, traces, records);
        }
    }

    /** Deletes and recreates each pod under the same name while the function handles the alert about the first one. */
    private EnduranceResult race(KubeApiServer server) {
        KubernetesClient client = server.client();
        Random random = new Random(1);
        int wrong = 0;
        int done = 0;
        try (Pods pods = new Pods(client);
                FunctionProcess function = checkout.start(checkout.access(server));
                Endpoint endpoint = Endpoint.of(function)) {
            for (Pod pod : pods.create(races)) {
                Subject.Request request = endpoint.prepare(pod);
                boolean isAnsweredFirst = random.nextInt(3) == 0;
                CompletableFuture<Boolean> answered = CompletableFuture.supplyAsync(() -> {
                    try {
                        request.send();
                        return true;
                    } catch (Subject.RequestFailedException e) {
                        return false;
                    }
                });
                if (isAnsweredFirst) {
                    answered.join();
                }
                client.resource(pod).withGracePeriod(0L).delete();
                Pod recreated = pods.recreate(pod);
                done += answered.join() ? 1 : 0;
                Pod now = client.resource(pod).get();
                wrong += now != null
                                && now.getMetadata()
                                        .getUid()
                                        .equals(recreated.getMetadata().getUid())
                        ? 0
                        : 1;
            }
        }
        return new EnduranceResult("pod recreated under the same name", races, done, 0, wrong, races - done);
    }

    /** Sends all alerts to one process, and samples its resources after each thousand. */
    private EnduranceResult flood(KubeApiServer server) {
        int done = 0;
        int remaining = 0;
        try (FunctionProcess function = checkout.start(checkout.access(server));
                Endpoint endpoint = Endpoint.of(function)) {
            for (int sent = 0; sent < flood; sent += CHUNK) {
                int size = Math.min(CHUNK, flood - sent);
                try (Pods pods = new Pods(server.client())) {
                    LoadRun run = LoadRun.burst(endpoint, pods.create(size), 32, pods.deletions());
                    done += size - run.failed();
                    remaining += run.remaining();
                }
                samples.add(ResourceSample.of(function));
            }
        }
        return new EnduranceResult("flood in one process", flood, done, 0, remaining, flood - done);
    }
}
