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
 * A Node whose kubelet is this class in a separate process: each container has a log of the same size, which the API server
 * fetches.
 */
final class FakeNode implements AutoCloseable {
    /** In bytes. */
    static final int MEGABYTE = 1_000_000;

    private final KubernetesClient client;
    private final String name;
    private final Process kubelet;

    private FakeNode(KubernetesClient client, String name, Process kubelet) {
        this.client = client;
        this.name = name;
        this.kubelet = kubelet;
    }

    /**
     * Adds a fake node to a cluster.
     *
     * @param megabytes the size of each log
     */
    static FakeNode add(KubernetesClient client, int megabytes) {
        try {
            // with C2, unlike the benchmark: the fake kubelet must not be the bottleneck
            Process kubelet = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            FakeNode.class.getName(),
                            Integer.toString(megabytes))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            FakeNode node = new FakeNode(client, "logs-of-%d-mb".formatted(megabytes), kubelet);
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

    /** Prints the port it listens on, and exits when standard input is closed, that is, with its parent process. */
    public static void main(String[] arguments) throws IOException {
        int megabytes = Integer.parseInt(arguments[0]);
        byte[] block = block();
        // a kubelet's certificate is self-signed too; the API server does not check it
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

    /** One million bytes of a web server's log, with the kubelet's timestamps. */
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
