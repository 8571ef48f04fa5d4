package dev.falcoresponse.reply;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.BugDetectors;
import com.code_intelligence.jazzer.api.SilentCloseable;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.falcoresponse.fuzz.EchoFunction;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.quarkus.vertx.http.runtime.RouteConstants;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Whatever request comes through the door, there is an answer to it, and it is one of ours or the server's refusal. */
class DoorFuzzTest {
    private static final JsonMapper JSON = new JsonMapper();

    /** Ours, and the server's own to a head that is too long or of another protocol. */
    private static final Set<Integer> ANSWERS = Set.of(200, 400, 404, 405, 413, 415, 414, 431, 501);

    private static final Pattern STATUS_LINE = Pattern.compile("(\\S+) (\\d{3}) ");
    private static final int LIMIT = 64 * 1024;
    private static final int PATIENCE_MILLIS = 10_000;

    /** As they are recorded; a head without a body gets an alert's, a body without a head these. */
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
        CurrentVertxRequest current = new CurrentVertxRequest();
        Door door = new Door(EchoFunction.responder(), EchoFunction.callers(), current);
        router.route()
                .order(RouteConstants.ROUTE_ORDER_BODY_HANDLER)
                .handler(BodyHandler.create(false).setBodyLimit(LIMIT));
        door.open(router);
        // what Funqy does with a request that it can bind
        router.route().blockingHandler(request -> {
            current.setCurrent(request);
            byte[] body = door.answer(request.body().buffer().getBytes());
            request.response().putHeader("ce-id", "of Funqy").end(Buffer.buffer(body));
        });
        server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
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
            socket.setSoTimeout(PATIENCE_MILLIS);
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
        assertThat(head).doesNotContain("of Funqy");
        byte[] body = Arrays.copyOfRange(answer, blank + 4, answer.length);
        if (head.contains("application/problem+json") || status == 200) {
            assertThat(JSON.readTree(body).isObject()).isTrue();
        }
    }
}
