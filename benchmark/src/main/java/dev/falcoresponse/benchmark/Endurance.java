package dev.falcoresponse.benchmark;

import static java.util.stream.Collectors.joining;

import dev.falcoresponse.playground.broker.Broker;
import dev.falcoresponse.playground.broker.Passage;
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

/** Counts what becomes of alerts when everything around the function fails, and of the function when there are many. */
@Command(
        name = "benchmark/endure",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        description =
                "Lets delete-pod answer alerts through faults, kills, races and a flood, on a real kube-apiserver."
                        + " Exit status: 0 when nothing was wrong or lost, 1 otherwise.")
final class Endurance implements Callable<Integer> {
    private static final int CHUNK = 1000;

    @Option(names = "--alerts", paramLabel = "N", description = "under each fault (default: ${DEFAULT-VALUE})")
    private int alerts = 200;

    @Option(names = "--kills", paramLabel = "N", description = "how often to kill -9 (default: ${DEFAULT-VALUE})")
    private int kills = 200;

    @Option(names = "--races", paramLabel = "N", description = "pods that are recreated (default: ${DEFAULT-VALUE})")
    private int races = 1000;

    @Option(
            names = "--flood",
            paramLabel = "N",
            description = "alerts for one process, an hour's worth (default: ${DEFAULT-VALUE})")
    private int flood = 60_000;

    @Option(names = "--write", description = "write the table into README.md")
    private boolean write;

    private final Checkout checkout = Checkout.here();
    private final List<Count> counts = new ArrayList<>();
    private final List<Sample> samples = new ArrayList<>();

    public static void main(String[] arguments) {
        Checkout.run(new Endurance(), arguments);
    }

    @Override
    public Integer call() {
        try (KubeApiServer server = KubeApiServer.start(Checkout.binaries(this))) {
            Faults faults = new Faults(server, checkout, alerts);
            if (alerts > 0) {
                counts.addAll(faults.all());
            }
            if (kills > 0) {
                counts.add(kill(server, faults));
            }
            if (races > 0) {
                counts.add(race(server));
            }
            if (flood > 0) {
                counts.add(flood(server));
            }
        }
        System.out.println(markdown());
        if (write) {
            new Section("endure").write(checkout.home(), markdown());
        }
        return counts.stream().allMatch(count -> count.wrong() == 0 && count.lost() == 0) ? 0 : 1;
    }

    private String markdown() {
        String table = """
                Counted on %s by `benchmark/endure`.

                | | sent | done | dead letter | wrong | lost |
                |---|---|---|---|---|---|
                %s
                """.formatted(
                        LocalDate.now(ZoneOffset.UTC),
                        counts.stream().map(Count::markdown).collect(joining("\n")));
        return samples.isEmpty() ? table : table + "\n" + Sample.sentence(samples) + "\n";
    }

    /** Each time at another call of three alerts; what started anew is found by the broker, which repeats. */
    private Count kill(KubeApiServer server, Faults faults) {
        Random random = new Random(1);
        AtomicInteger left = new AtomicInteger();
        AtomicReference<@Nullable FunctionProcess> current = new AtomicReference<>();
        ApiProxy.Fault fault = call -> {
            if (!call.uri().contains("accessreviews") && left.decrementAndGet() == 0) {
                Optional.ofNullable(current.get()).ifPresent(FunctionProcess::kill);
            }
            return Optional.empty();
        };
        Path target = checkout.target();
        List<Pod> asked = new ArrayList<>();
        List<Pod> bystanders = new ArrayList<>();
        List<Passage> passages = new ArrayList<>();
        List<String> records = new ArrayList<>();
        try (ApiProxy proxy = ApiProxy.before(checkout.access(server), fault);
                Pods pods = new Pods(server.client())) {
            for (int i = 0; i < kills; i++) {
                left.set(Integer.MAX_VALUE);
                FunctionProcess first = checkout.start(proxy.access());
                current.set(first);
                List<Pod> three = pods.make(3);
                bystanders.addAll(pods.make(1));
                left.set(1 + random.nextInt(6));
                URI uri = first.uri();
                try (Broker broker = faults.broker(uri)) {
                    CompletableFuture<List<Passage>> sent =
                            CompletableFuture.supplyAsync(() -> Faults.send(broker, three));
                    first.awaitEndOr(sent::isDone);
                    current.set(null);
                    records.addAll(first.records());
                    Map<String, String> same = new HashMap<>(FunctionProcess.ACTING);
                    same.put("QUARKUS_HTTP_PORT", Integer.toString(uri.getPort()));
                    first.kill();
                    first.awaitEnd();
                    try (first;
                            FunctionProcess second =
                                    FunctionProcess.launch(target, Packaging.best(target), proxy.access(), same)) {
                        passages.addAll(sent.join());
                        records.addAll(second.records());
                    }
                }
                asked.addAll(three);
            }
            return faults.count("kill -9, %d times".formatted(kills), asked, bystanders, passages, records);
        }
    }

    /** Each pod is deleted and made anew under its name while the alert about the first is under way. */
    private Count race(KubeApiServer server) {
        KubernetesClient client = server.client();
        Random random = new Random(1);
        int wrong = 0;
        int done = 0;
        try (Pods pods = new Pods(client);
                FunctionProcess function = checkout.start(checkout.access(server));
                Endpoint endpoint = Endpoint.of(function)) {
            for (Pod pod : pods.make(races)) {
                Subject.Attempt attempt = endpoint.prepare(pod);
                int head = random.nextInt(3);
                CompletableFuture<Boolean> answered = CompletableFuture.supplyAsync(() -> {
                    try {
                        attempt.make();
                        return true;
                    } catch (Subject.FailureException e) {
                        return false;
                    }
                });
                if (head == 0) {
                    answered.join();
                }
                client.resource(pod).withGracePeriod(0L).delete();
                Pod namesake = pods.makeAgain(pod);
                done += answered.join() ? 1 : 0;
                Pod now = client.resource(pod).get();
                wrong += now != null
                                && now.getMetadata()
                                        .getUid()
                                        .equals(namesake.getMetadata().getUid())
                        ? 0
                        : 1;
            }
        }
        return new Count("recreated under its name meanwhile", races, done, 0, wrong, races - done);
    }

    /** In one process; what it holds is looked at after each thousand. */
    private Count flood(KubeApiServer server) {
        int done = 0;
        int left = 0;
        try (FunctionProcess function = checkout.start(checkout.access(server));
                Endpoint endpoint = Endpoint.of(function)) {
            for (int sent = 0; sent < flood; sent += CHUNK) {
                int size = Math.min(CHUNK, flood - sent);
                try (Pods pods = new Pods(server.client())) {
                    Burst burst = Burst.of(endpoint, pods.make(size), 32, pods.deletions());
                    done += size - burst.failed();
                    left += burst.left();
                }
                samples.add(Sample.of(function));
            }
        }
        return new Count("a flood, in one process", flood, done, 0, left, flood - done);
    }
}
