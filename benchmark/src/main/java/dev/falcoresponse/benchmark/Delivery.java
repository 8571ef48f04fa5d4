package dev.falcoresponse.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.falcoresponse.playground.broker.Answer;
import dev.falcoresponse.playground.broker.Broker;
import dev.falcoresponse.playground.broker.EventTrace;
import dev.falcoresponse.playground.broker.RuleBook;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/** Delivers alerts by Knative's rules, and compares the pods that are left with the answers. */
final class Delivery {
    private static final int SENDERS = 16;

    private final KubeApiServer server;
    private final RuleBook rules;

    Delivery(KubeApiServer server, Path knative) {
        this.server = server;
        this.rules = withShortBackoff(knative);
    }

    /** The shipped Trigger of delete-pod with a shorter backoff, which saves time and changes no result. */
    private static RuleBook withShortBackoff(Path knative) {
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

    /** A broker that leads alerts to a process of delete-pod. */
    Broker broker(URI function) {
        return new Broker(rules, Map.of("delete-pod", function), List::of, _ -> {});
    }

    /** Sends one alert per pod; each sender waits until the broker has finished with its alert. */
    static List<EventTrace> send(Broker broker, List<Pod> pods) {
        Semaphore senders = new Semaphore(SENDERS);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Function<Pod, CompletableFuture<EventTrace>> sendOne = pod -> CompletableFuture.supplyAsync(
                    () -> {
                        senders.acquireUninterruptibly();
                        try {
                            return broker.send(event(pod));
                        } finally {
                            senders.release();
                        }
                    },
                    threads);
            List<CompletableFuture<EventTrace>> sent =
                    pods.stream().map(sendOne).toList();
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

    /** Compares the pods that exist with the answers. */
    EnduranceResult result(
            String name, List<Pod> targets, List<Pod> bystanders, List<EventTrace> traces, List<String> records) {
        Set<String> existing = new HashSet<>();
        server.client().pods().inAnyNamespace().list().getItems().forEach(pod -> existing.add(uid(pod)));
        int done = 0;
        int deadLetter = 0;
        int lost = 0;
        int wrong = (int)
                bystanders.stream().filter(pod -> !existing.contains(uid(pod))).count();
        for (int i = 0; i < targets.size(); i++) {
            EventTrace trace = traces.get(i);
            boolean success = trace.answers().stream().anyMatch(Answer::isSuccess);
            boolean dead = !trace.deadLetters().isEmpty();
            done += success ? 1 : 0;
            deadLetter += dead ? 1 : 0;
            lost += success == dead ? 1 : 0;
            wrong += success && existing.contains(uid(targets.get(i))) ? 1 : 0;
        }
        Map<String, Integer> acted = new HashMap<>();
        records.stream()
                .filter(record -> record.contains("\"outcome\":\"acted\""))
                .forEach(record ->
                        acted.merge(record.replaceFirst(".*\"podUid\":\"([^\"]*)\".*", "$1"), 1, Integer::sum));
        wrong += (int) acted.values().stream().filter(times -> times > 1).count();
        return new EnduranceResult(name, targets.size(), done, deadLetter, wrong, lost);
    }

    private static String uid(Pod pod) {
        return pod.getMetadata().getUid();
    }
}
