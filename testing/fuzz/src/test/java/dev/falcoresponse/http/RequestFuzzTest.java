package dev.falcoresponse.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.BugDetectors;
import com.code_intelligence.jazzer.api.SilentCloseable;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.falcoresponse.event.ReceivedEvent;
import dev.falcoresponse.kubernetes.AccessApi;
import dev.falcoresponse.pipeline.EchoPipeline;
import dev.falcoresponse.pipeline.EventResponder;
import dev.falcoresponse.record.RecordJson;
import dev.falcoresponse.security.Callers;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.RouteConstants;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Any request gets an answer: one of ours, or the refusal of the HTTP server itself. What Funqy would see is a valid event. */
class RequestFuzzTest {
    private static final JsonMapper JSON = new JsonMapper();

    /** Our statuses, and the server's own for a head that is too long or of another protocol. */
    private static final Set<Integer> ANSWERS = Set.of(200, 400, 404, 405, 413, 415, 414, 431, 501);

    private static final Pattern STATUS_LINE = Pattern.compile("(\\S+) (\\d{3}) ");
    private static final int LIMIT = 64 * 1024;
    private static final int TIMEOUT_MILLIS = 10_000;

    /** A recorded head gets an alert as its body, a recorded body gets these heads. */
    private static final List<String> HEADS = List.of(
            "POST / HTTP/1.1\nContent-Type: application/json",
            "POST / HTTP/1.1\nContent-Type: application/cloudevents+json",
            "POST / HTTP/1.1\nContent-Type: application/json\nce-specversion: 1.0\nce-id: 1\nce-source: https://falco.org\n"
                    + "ce-type: falco.rule.output.v1");

    private static Vertx vertx;
    private static HttpServer server;
    private static byte[] alert;

    @BeforeAll
    static void open() throws IOException {
        alert = Files.readAllBytes(Path.of("../src/main/resources/falco-events/drop-and-execute-new-binary.json"));
        vertx = Vertx.vertx();
        Router router = Router.router(vertx);
        EventResponder responder = EchoPipeline.responder();
        Callers callers =
                Callers.of(EchoPipeline.settings(Map.of()), new AccessApi(EchoPipeline.api()), System::nanoTime);
        router.route()
                .order(RouteConstants.ROUTE_ORDER_BODY_HANDLER)
                .handler(BodyHandler.create(false).setBodyLimit(LIMIT));
        EchoPipeline.Echo echo = new EchoPipeline.Echo();
        new RequestGate(echo, callers, new ProblemHandler(echo, responder), new MemorySize(BigInteger.valueOf(LIMIT)))
                .register(router);
        router.route()
                .blockingHandler(request -> request.response()
                        .putHeader("Content-Type", "application/json")
                        .end(RecordJson.write(responder.answer(received(request)))));
        server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    /** What Funqy binds: exactly one of each required attribute, JSON, and nothing that it would misread. */
    private static ReceivedEvent received(RoutingContext request) {
        Map<String, String> attributes = new HashMap<>();
        request.request().headers().forEach((name, value) -> {
            if (name.toLowerCase(Locale.ROOT).matches("ce?(-.*)?")) {
                assertThat(name).matches("ce-[a-z0-9]+");
                assertThat(attributes.put(name.substring("ce-".length()), HeaderText.decode(value)))
                        .isNull();
            }
        });
        assertThat(attributes).containsKeys("specversion", "id", "source", "type");
        assertThat(request.request().getHeader("Content-Type")).isEqualTo("application/json");
        return new ReceivedEvent(attributes, request.body().buffer().getBytes());
    }

    @AfterAll
    static void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @FuzzTest
    void everyRequestIsAnswered(byte[] bytes) throws IOException {
        String text = new String(bytes, ISO_8859_1).replace("\r\n", "\n");
        int blank = text.indexOf("\n\n");
        if (blank < 0) {
            for (String head : HEADS) {
                check(send(head, bytes));
            }
        } else {
            byte[] body = text.substring(blank + 2).getBytes(ISO_8859_1);
            check(send(text.substring(0, blank), body.length == 0 ? alert : body));
        }
    }

    /** Sends it with a length that is right, so that there has to be an answer, and without what would ask for another protocol. */
    private static byte[] send(String head, byte[] body) throws IOException {
        String lines = Arrays.stream(head.split("\n"))
                .filter(line -> !line.matches(
                        "(?i)(content-length|transfer-encoding|connection|upgrade|expect|http2-settings)\\s*:.*"))
                .collect(Collectors.joining("\r\n"));
        int port = server.actualPort();
        // to anyone else would be a finding
        try (SilentCloseable _ = BugDetectors.allowNetworkConnections((_, to) -> to == port);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            // many thousands in a row: their ports are needed again
            socket.setSoLinger(true, 0);
            ByteArrayOutputStream request = new ByteArrayOutputStream();
            request.write((lines + "\r\nConnection: close\r\nContent-Length: " + body.length + "\r\n\r\n")
                    .getBytes(ISO_8859_1));
            request.write(body);
            socket.getOutputStream().write(request.toByteArray());
            return socket.getInputStream().readAllBytes();
        }
    }

    private static void check(byte[] answer) throws IOException {
        String text = new String(answer, ISO_8859_1);
        Matcher line = STATUS_LINE.matcher(text);
        assertThat(line.lookingAt()).as(text).isTrue();
        int status = Integer.parseInt(line.group(2));
        assertThat(status).as(text).isIn(ANSWERS);
        // the server repeats whatever protocol it does not speak
        assertThat(line.group(1).matches("HTTP/1\\.[01]") || status >= 400)
                .as(text)
                .isTrue();
        int blank = text.indexOf("\r\n\r\n");
        assertThat(blank).isPositive();
        String head = text.substring(0, blank);
        byte[] body = Arrays.copyOfRange(answer, blank + 4, answer.length);
        if (head.contains("application/problem+json") || status == 200) {
            assertThat(JSON.readTree(body).isObject()).isTrue();
        }
    }
}
