package dev.falcoresponse.benchmark;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsServer;
import dev.falcoresponse.testing.SelfSigned;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.Executors;

/**
 * A node in whose kubelet's place stands this, as a process of its own: every container has a log of the same size, which the
 * API server fetches.
 */
final class LogNode implements AutoCloseable {
    /** How many bytes. */
    static final int MEGABYTE = 1_000_000;

    private final KubernetesClient client;
    private final String name;
    private final Process kubelet;

    private LogNode(KubernetesClient client, String name, Process kubelet) {
        this.client = client;
        this.name = name;
        this.kubelet = kubelet;
    }

    /**
     * Adds such a node to a cluster.
     *
     * @param megabytes how long each log is
     */
    static LogNode in(KubernetesClient client, int megabytes) {
        try {
            // with both compilers, unlike the benchmark: it must not be what everyone waits for
            Process kubelet = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            LogNode.class.getName(),
                            Integer.toString(megabytes))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            LogNode node = new LogNode(client, "logs-of-%d-mb".formatted(megabytes), kubelet);
            node.register(Integer.parseInt(String.valueOf(kubelet.inputReader().readLine())));
            return node;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void register(int port) {
        client.resource(new NodeBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .withNewStatus()
                        .addNewAddress("127.0.0.1", "InternalIP")
                        .withNewDaemonEndpoints()
                        .withNewKubeletEndpoint(port)
                        .endDaemonEndpoints()
                        .endStatus()
                        .build())
                .create();
    }

    String name() {
        return name;
    }

    @Override
    public void close() {
        client.nodes().withName(name).delete();
        kubelet.destroy();
    }

    /** Says on which port it listens, and ends with whoever has started it. */
    public static void main(String[] arguments) throws IOException {
        int megabytes = Integer.parseInt(arguments[0]);
        byte[] block = block();
        // as a kubelet makes its own certificate; the API server does not look at it
        HttpsServer kubelet = SelfSigned.create().server();
        kubelet.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        kubelet.createContext("/containerLogs/", exchange -> write(exchange, block, megabytes));
        kubelet.start();
        System.out.println(kubelet.getAddress().getPort());
        System.in.transferTo(OutputStream.nullOutputStream());
        System.exit(0);
    }

    private static void write(HttpExchange exchange, byte[] block, int megabytes) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/plain");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            for (int i = 0; i < megabytes; i++) {
                out.write(block);
            }
        }
    }

    /** Lines of a web server, with the times that a kubelet puts before them; a million bytes. */
    private static byte[] block() {
        Random random = new Random(1);
        Instant time = Instant.parse("2026-11-25T12:00:00Z");
        StringBuilder lines = new StringBuilder(MEGABYTE + 200);
        while (lines.length() < MEGABYTE) {
            time = time.plusNanos(1 + random.nextInt(2_000_000));
            byte[] id = new byte[8];
            random.nextBytes(id);
            lines.append(time)
                    .append(" 10.%d.%d.%d \"GET /orders/%d HTTP/1.1\" %d %d \"curl/8.5\" request=%s%n"
                            .formatted(
                                    random.nextInt(4),
                                    random.nextInt(256),
                                    random.nextInt(256),
                                    random.nextInt(100_000),
                                    random.nextInt(20) == 0 ? 404 : 200,
                                    random.nextInt(50_000),
                                    HexFormat.of().formatHex(id)));
        }
        lines.setLength(MEGABYTE - 1);
        return lines.append('\n').toString().getBytes(US_ASCII);
    }
}
