package dev.falcoresponse.playground;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import dev.falcoresponse.playground.broker.Answer;
import dev.falcoresponse.playground.broker.Broker;
import dev.falcoresponse.playground.broker.EventTrace;
import dev.falcoresponse.playground.broker.HttpEvents;
import dev.falcoresponse.playground.broker.RuleBook;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KafkaServer;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.LoopbackServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.ServiceAccountAccess;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.Waiting;
import io.cloudevents.CloudEvent;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An alert that Kafka has taken is answered, and acted on once, whatever fails in between. */
@NeedsKubeApiServer(own = true)
final class KafkaIngestIT {
    private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
    private static final String TOPIC = "falco-alerts";
    private static final int ALERTS = 1_000;
    private static final Duration OUTAGE = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What the broker has taken: as with Kafka, it keeps it until it is answered. */
    private final ExecutorService deliveries = Executors.newFixedThreadPool(8);

    private final ConcurrentLinkedQueue<EventTrace> traces = new ConcurrentLinkedQueue<>();
    private final Map<String, FunctionProcess> functions = new HashMap<>();
    private final Map<String, KubeAccess> access = new HashMap<>();
    private final LoopbackServer ingress = LoopbackServer.start(this::take);
    private volatile boolean down;
    private Broker broker;

    @BeforeEach
    void start(KubeApiServer server, @TempDir Path triggers) throws IOException {
        // shorter retries save time and change no result; delete-pod's have to outlast its new start
        for (String file : List.of("base/broker.yaml", "delete-pod/trigger.yaml", "ingest-alert/trigger.yaml")) {
            Path copy = triggers.resolve(file);
            Files.createDirectories(copy.getParent());
            String text = Files.readString(HOME.resolve("knative").resolve(file));
            Files.writeString(copy, file.startsWith("delete-pod") ? text : text.replace("PT1S", "PT0.2S"));
        }
        access.put("delete-pod", ServiceAccountAccess.of(server, HOME.resolve("knative/delete-pod/rbac.yaml")));
        access.put("ingest-alert", new KubeAccess("http://127.0.0.1:1", "", "token"));
        access.keySet().forEach(name -> start(name, Map.of()));
        broker = new Broker(
                RuleBook.read(triggers, List.of()),
                functions.entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, each -> each.getValue().uri())),
                List::of,
                _ -> {});
    }

    private void start(String name, Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(FunctionProcess.ACTING);
        settings.put("RESPONSE_BUDGET", "unlimited");
        settings.putAll(more);
        FunctionProcess started = FunctionProcess.start(
                HOME.resolve("functions").resolve(name).resolve("target"),
                Objects.requireNonNull(access.get(name)),
                settings);
        functions.put(name, started);
    }

    @AfterEach
    void stop() {
        ingress.close();
        broker.close();
        deliveries.shutdownNow();
        functions.values().forEach(FunctionProcess::close);
    }

    private void take(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        Map<String, String> headers = new HashMap<>();
        exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
        headers.putIfAbsent("Content-Type", "application/json");
        if (!down) {
            CloudEvent event = HttpEvents.read(headers, body).orElseThrow();
            deliveries.execute(() -> traces.add(broker.send(event)));
            exchange.sendResponseHeaders(202, -1);
        }
        exchange.close();
    }

    /** SIGKILL while alerts are on their way; it starts again on the same port, as behind a Service. */
    private void kill(String name) {
        FunctionProcess killed = Objects.requireNonNull(functions.get(name));
        killed.kill();
        killed.awaitEnd();
        start(name, Map.of("QUARKUS_HTTP_PORT", Integer.toString(killed.uri().getPort())));
    }

    private void awaitAnswers(int count) {
        Waiting.until(count + " answered alerts", PATIENCE, () -> traces.size() >= count);
    }

    private static KafkaProducer<byte[], byte[]> falcosidekick(KafkaServer kafka) {
        return new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        kafka.address(),
                        // requiredacks: ALL
                        ProducerConfig.ACKS_CONFIG,
                        "all"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private static List<Future<RecordMetadata>> send(KafkaProducer<byte[], byte[]> producer, List<byte[]> alerts) {
        return alerts.stream()
                .map(alert -> producer.send(new ProducerRecord<>(TOPIC, alert)))
                .toList();
    }

    private static byte[] alert(Pod pod) {
        return RecordedAlert.shellIn(pod)
                .at(Instant.now())
                .with("uuid", UUID.randomUUID().toString())
                .body()
                .getBytes(UTF_8);
    }

    @Test
    void noAlertIsLostAndNoneIsActedOnTwice(KubeApiServer server) throws Exception {
        server.createNamespace("shop");
        List<Pod> pods = IntStream.range(0, ALERTS)
                .parallel()
                .mapToObj(i -> TestPods.create(server.client(), "shop", "kafka-" + i))
                .toList();
        List<byte[]> alerts = pods.stream().map(KafkaIngestIT::alert).toList();
        URI sink = ingress.uri().resolve("/");
        try (KafkaServer kafka = KafkaServer.start(HOME);
                KafkaProducer<byte[], byte[]> producer = falcosidekick(kafka);
                KafkaSourceStandIn source = new KafkaSourceStandIn(kafka.address(), TOPIC, sink)) {
            source.start();
            send(producer, alerts.subList(0, 400));
            awaitAnswers(100);
            down = true;
            long since = System.nanoTime();
            send(producer, alerts.subList(400, 600));
            Waiting.until("the outage to end", PATIENCE, () -> System.nanoTime() - since > OUTAGE.toNanos());
            down = false;
            awaitAnswers(450);
            kill("ingest-alert");
            awaitAnswers(600);
            var last = send(producer, alerts.subList(600, ALERTS));
            kafka.restart();
            kill("delete-pod");
            for (Future<RecordMetadata> each : last) {
                each.get();
            }
            awaitAnswers(ALERTS);
        }

        Map<String, List<String>> outcomes = traces.stream()
                .flatMap(trace -> trace.answers().stream())
                .filter(answer -> answer.function().equals("delete-pod"))
                .map(KafkaIngestIT::record)
                .collect(Collectors.groupingBy(
                        record -> record.path("eventId").asText(),
                        Collectors.mapping(record -> record.path("outcome").asText(), Collectors.toList())));
        assertThat(outcomes).hasSize(ALERTS);
        // a function that was killed between its change and its answer finds the pod gone
        assertThat(outcomes.values()).allSatisfy(each -> assertThat(each).containsAnyOf("acted", "skipped"));
        assertThat(outcomes.values())
                .allSatisfy(
                        each -> assertThat(Collections.frequency(each, "acted")).isLessThanOrEqualTo(1));
        assertThat(traces).allSatisfy(trace -> assertThat(trace.deadLetters()).isEmpty());
        assertThat(server.client().pods().inNamespace("shop").list().getItems()).isEmpty();
    }

    private static JsonNode record(Answer answer) {
        assertThat(answer.isSuccess()).as(answer.body()).isTrue();
        try {
            return JSON.readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw new AssertionError(answer.body(), e);
        }
    }
}
