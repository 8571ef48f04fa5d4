package dev.falcoresponse.deletepod;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.testing.ApiProxy;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.ThisFunction;
import dev.falcoresponse.testing.Waiting;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Requests over the limit are refused and repeated, those in progress complete, and memory does not run out. */
@NeedsKubeApiServer
class OverloadIT {
    private static final int PLACES = 1000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Map<String, String> SMALL = Map.of("JAVA_TOOL_OPTIONS", "-Xmx64m -XX:+ExitOnOutOfMemoryError");

    private static CompletableFuture<HttpResponse<String>> send(
            HttpClient client, FunctionProcess function, Supplier<BodyPublisher> body) {
        HttpRequest request = HttpRequest.newBuilder(function.uri())
                .header("Content-Type", "application/json")
                .POST(body.get())
                .build();
        return client.sendAsync(request, BodyHandlers.ofString());
    }

    private static void isToComeAgain(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).contains("1");
        assertThat(answer.body()).contains("\"overloaded\"");
    }

    private static HttpClient client() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    @Test
    void whatIsBeyondIsToldToComeAgainAndWhatIsUnderWayFinishes(KubeApiServer server) {
        String alert = RecordedAlert.named("terminal-shell-in-container-pod")
                .at(Instant.now())
                .about("shop", "nobody")
                .body();
        CountDownLatch over = new CountDownLatch(1);
        ApiProxy.Fault held = call -> {
            if (call.uri().contains("/pods/")) {
                await(over);
            }
            return Optional.empty();
        };
        try (ApiProxy proxy = ApiProxy.before(ThisFunction.access(server), held);
                FunctionProcess function = ThisFunction.acting(proxy.access(), Map.of("RESPONSE_API_TIMEOUT", "60s"));
                HttpClient client = client()) {
            List<CompletableFuture<HttpResponse<String>>> sent = new ArrayList<>();
            IntStream.range(0, PLACES + 50)
                    .forEach(_ -> sent.add(send(client, function, () -> BodyPublishers.ofString(alert))));
            Waiting.until(
                    "the refusals",
                    PATIENCE,
                    () -> sent.stream().filter(CompletableFuture::isDone).count() >= 50);

            assertThat(function.status("_/health")).isEqualTo(200);
            assertThat(sent.stream().filter(CompletableFuture::isDone).map(CompletableFuture::join))
                    .allSatisfy(OverloadIT::isToComeAgain);

            over.countDown();
            List<HttpResponse<String>> answers =
                    sent.stream().map(CompletableFuture::join).toList();
            assertThat(answers).filteredOn(answer -> answer.statusCode() == 503).allSatisfy(OverloadIT::isToComeAgain);
            assertThat(answers)
                    .filteredOn(answer -> answer.statusCode() != 503)
                    // as many as a small heap has room for
                    .hasSizeBetween(500, PLACES)
                    .allSatisfy(answer -> {
                        assertThat(answer.statusCode()).isEqualTo(200);
                        assertThat(answer.body()).contains("\"not-found\"");
                    });
            // all permits are free again
            assertThat(send(client, function, () -> BodyPublishers.ofString(alert))
                            .join()
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void bodiesThatGrowInMemoryAreNotReadAllAtOnce() {
        KubeAccess nowhere = new KubeAccess("http://127.0.0.1:1", "", "token");
        // a megabyte of empty lists, each of which is an object on the heap
        byte[] body = ("{\"rule\":\"x\",\"output_fields\":{\"a\":[" + "[],".repeat(340_000) + "[]]}}").getBytes(UTF_8);
        try (FunctionProcess function = FunctionProcess.start(ThisFunction.TARGET, nowhere, SMALL);
                HttpClient client = client()) {
            List<CompletableFuture<HttpResponse<String>>> sent = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                // half of them announce no length
                boolean told = i % 2 == 0;
                sent.add(send(
                        client,
                        function,
                        () -> told
                                ? BodyPublishers.ofByteArray(body)
                                : BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(body))));
            }
            sent.forEach(each -> each.handle((answer, _) -> answer).join());
            assertThat(function.isAlive()).isTrue();
            // a caller that is refused and disconnects holds no permit
            Waiting.until(
                    "a place",
                    PATIENCE,
                    () -> send(client, function, () -> BodyPublishers.ofByteArray(body))
                                    .join()
                                    .statusCode()
                            == 400);
        }
    }

    @Test
    void nobodyReadsABodyForHealthAndMetrics() {
        KubeAccess nowhere = new KubeAccess("http://127.0.0.1:1", "", "token");
        byte[] body = new byte[1_000_000];
        try (FunctionProcess function = FunctionProcess.start(ThisFunction.TARGET, nowhere, SMALL);
                HttpClient client = client()) {
            for (String path : new String[] {"_/health", "_/x", "q/metrics", "q/x"}) {
                HttpRequest request = HttpRequest.newBuilder(function.uri().resolve(path))
                        .POST(BodyPublishers.ofByteArray(body))
                        .build();
                List<CompletableFuture<HttpResponse<String>>> sent = IntStream.range(0, 50)
                        .mapToObj(_ -> client.sendAsync(request, BodyHandlers.ofString()))
                        .toList();
                assertThat(sent)
                        .allSatisfy(each -> assertThat(each.join().statusCode()).isEqualTo(405));
            }
            assertThat(function.status("_/health")).isEqualTo(200);
            assertThat(function.status("q/metrics")).isEqualTo(200);
        }
    }

    @Test
    void whoeverNeverSendsWhatItAnnouncedLosesItsPlace() throws IOException {
        KubeAccess nowhere = new KubeAccess("http://127.0.0.1:1", "", "token");
        try (FunctionProcess function = FunctionProcess.start(ThisFunction.TARGET, nowhere, SMALL);
                HttpClient client = client();
                Socket slow = new Socket(
                        InetAddress.getLoopbackAddress(), function.uri().getPort())) {
            slow.getOutputStream()
                    .write(("POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                                    + "Content-Length: 1048576\r\n\r\n{")
                            .getBytes(UTF_8));
            // it ends without an answer
            assertThat(slow.getInputStream().read()).isNegative();
            assertThat(send(client, function, () -> BodyPublishers.ofString("{}"))
                            .join()
                            .statusCode())
                    .isEqualTo(400);
        }
    }

    @Test
    void whatNobodyHasHeardOfIsNotRemembered() throws IOException {
        KubeAccess nowhere = new KubeAccess("http://127.0.0.1:1", "", "token");
        try (FunctionProcess function = FunctionProcess.start(ThisFunction.TARGET, nowhere, SMALL);
                Socket socket = new Socket(
                        InetAddress.getLoopbackAddress(), function.uri().getPort())) {
            BufferedReader answers = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
            // together larger than the heap
            for (int i = 0; i < 20_000; i++) {
                String method = "M" + i + "X".repeat(1800);
                socket.getOutputStream()
                        .write((method + " / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").getBytes(UTF_8));
                assertThat(answers.readLine()).contains("405");
                skipRest(answers);
            }
            assertThat(function.status("_/health")).isEqualTo(200);
        }
    }

    private static void skipRest(BufferedReader answers) throws IOException {
        int length = 0;
        for (String line = answers.readLine(); !line.isEmpty(); line = answers.readLine()) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(line.replaceFirst(".*: *", ""));
            }
        }
        assertThat(answers.skip(length)).isEqualTo(length);
    }

    @Test
    void headsThatNeverEndTakeNoMoreMemoryThanThereIs() throws IOException {
        KubeAccess nowhere = new KubeAccess("http://127.0.0.1:1", "", "token");
        List<Socket> sockets = new ArrayList<>();
        byte[] head = ("POST / HTTP/1.1\r\n" + ("X-1: " + "a".repeat(1000) + "\r\n").repeat(7)).getBytes(UTF_8);
        try (FunctionProcess function = FunctionProcess.start(ThisFunction.TARGET, nowhere, SMALL)) {
            try {
                for (int i = 0; i < 4000; i++) {
                    Socket socket = new Socket(
                            InetAddress.getLoopbackAddress(), function.uri().getPort());
                    sockets.add(socket);
                    try {
                        socket.getOutputStream().write(head);
                    } catch (IOException e) {
                        // one too many: the function has closed it
                    }
                }
            } finally {
                for (Socket socket : sockets) {
                    socket.close();
                }
            }
            Waiting.until("room", PATIENCE, () -> function.status("_/health") == 200);
        }
    }

    @Test
    void whoeverGoesAwayHalfWayLeavesItsPlace() throws IOException {
        KubeAccess nowhere = new KubeAccess("http://127.0.0.1:1", "", "token");
        try (FunctionProcess function = FunctionProcess.start(ThisFunction.TARGET, nowhere, SMALL);
                HttpClient client = client()) {
            for (int i = 0; i < 20; i++) {
                try (Socket socket = new Socket(
                        InetAddress.getLoopbackAddress(), function.uri().getPort())) {
                    socket.getOutputStream()
                            .write(("POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                                            + "Content-Length: 900000\r\n\r\n{")
                                    .getBytes(UTF_8));
                }
            }
            Waiting.until(
                    "a place",
                    PATIENCE,
                    () -> send(client, function, () -> BodyPublishers.ofString("{}"))
                                    .join()
                                    .statusCode()
                            == 400);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
