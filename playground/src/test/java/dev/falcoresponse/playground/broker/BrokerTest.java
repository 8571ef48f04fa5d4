package dev.falcoresponse.playground.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The broker retries, gives up and handles replies as Knative's does; the function is a stub. */
final class BrokerTest {
    private record Response(int status, Map<String, String> headers, String body) {}

    private final Deque<Response> responses = new ArrayDeque<>();
    private final List<String> receivedTypes = new ArrayList<>();
    private HttpServer function;
    private Broker broker;

    BrokerTest(@TempDir Path knative) throws IOException {
        function = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        Files.writeString(Files.createDirectories(knative.resolve("base")).resolve("broker.yaml"), "kind: Broker\n");
        trigger(knative, "first", "falco.rule.output.v1");
        trigger(knative, "second", "falco.response.fn.v1");
        URI uri = URI.create("http://127.0.0.1:" + function.getAddress().getPort() + "/");
        broker = new Broker(RuleBook.read(knative, List.of()), Map.of("fn", uri), List::of, _ -> {});
    }

    private static void trigger(Path knative, String name, String type) throws IOException {
        Path folder = Files.createDirectory(knative.resolve(name));
        Files.writeString(folder.resolve("trigger.yaml"), """
            kind: Trigger
            metadata: {name: %1$s}
            spec:
              filters: [{exact: {type: "%2$s"}}]
              subscriber: {ref: {name: fn}}
              delivery: {retry: 2, backoffPolicy: exponential, backoffDelay: PT0.01S, timeout: PT5S,
                deadLetterSink: {ref: {name: sink}}}
            """.formatted(name, type));
    }

    @BeforeEach
    void listen() {
        function.createContext("/", exchange -> {
            receivedTypes.add(exchange.getRequestHeaders().getFirst("ce-type"));
            Response response = responses.size() > 1 ? responses.removeFirst() : responses.getFirst();
            response.headers().forEach(exchange.getResponseHeaders()::add);
            byte[] body = response.body().getBytes(UTF_8);
            exchange.sendResponseHeaders(response.status(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        function.start();
    }

    @AfterEach
    void stop() {
        broker.close();
        function.stop(0);
    }

    private static CloudEvent alert() {
        return CloudEventBuilder.v1()
                .withId("1")
                .withSource(URI.create("https://falco.org"))
                .withType("falco.rule.output.v1")
                .withExtension("rule", "Ünïcode")
                .withData("application/json", "{}".getBytes(UTF_8))
                .build();
    }

    private EventTrace send(Response... responses) {
        this.responses.addAll(List.of(responses));
        return broker.send(alert());
    }

    private static Response status(int status) {
        return new Response(status, Map.of(), "");
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 408, 409, 429, 500, 503})
    void retryableFailuresAreRetriedAndEndInTheDeadLetterSink(int status) {
        EventTrace trace = send(status(status));

        assertThat(receivedTypes).hasSize(3);
        assertThat(trace.deadLetters()).containsExactly(new DeadLetter("first", "sink", "1", status, "fn", ""));
        assertThat(trace.isAnswered()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 405, 413, 415, 422})
    void otherFailuresGoToTheDeadLetterSinkAtOnce(int status) {
        EventTrace trace = send(status(status));

        assertThat(receivedTypes).hasSize(1);
        assertThat(trace.deadLetters()).hasSize(1);
        assertThat(trace.isAnswered()).isTrue();
    }

    @Test
    void aSuccessfulRetryLeavesNoDeadLetter() {
        EventTrace trace = send(status(503), status(204));

        assertThat(trace.answers()).singleElement().satisfies(answer -> {
            assertThat(answer.status()).isEqualTo(204);
            assertThat(answer.attempts()).isEqualTo(2);
            assertThat(answer.took()).isPositive();
        });
        assertThat(trace.deadLetters()).isEmpty();
    }

    @Test
    void anAnswerThatIsNotAnEventCountsAs502() {
        EventTrace trace = send(new Response(200, Map.of("Content-Type", "application/json"), "{}"));

        assertThat(receivedTypes).hasSize(3);
        assertThat(trace.deadLetters()).extracting(DeadLetter::code).containsExactly(502);
    }

    @Test
    void aReplyIsDeliveredByTheTriggersToo() {
        Map<String, String> reply = Map.of(
                "ce-specversion",
                "1.0",
                "ce-id",
                "2",
                "ce-source",
                "/x",
                "ce-type",
                "falco.response.fn.v1",
                "Content-Type",
                "application/json");

        EventTrace trace = send(new Response(200, reply, "{}"), status(204));

        assertThat(receivedTypes).containsExactly("falco.rule.output.v1", "falco.response.fn.v1");
        assertThat(trace.triggers()).containsExactly("first", "second");
    }

    @Test
    void anEndlessLoopOfRepliesIsStopped() {
        Map<String, String> loop = Map.of(
                "ce-specversion",
                "1.0",
                "ce-id",
                "2",
                "ce-source",
                "/x",
                "ce-type",
                "falco.response.fn.v1",
                "Content-Type",
                "application/json");

        send(new Response(200, loop, "{}"));

        assertThat(receivedTypes).hasSize(255);
    }

    @Test
    void anUnreachableFunctionHasNoAnswer() {
        function.stop(0);

        EventTrace trace = send(status(204));

        assertThat(trace.answers()).extracting(Answer::status).containsExactly(0);
        assertThat(trace.deadLetters()).hasSize(1);
        assertThat(trace.isAnswered()).isFalse();
    }
}
