package dev.falcoresponse.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A real Kafka broker (KRaft, one node) in a separate process on loopback. It can be killed and started again with its data. */
public final class KafkaServer implements AutoCloseable {
    private final Path home;
    private final Path folder;
    private final int port;
    private ChildProcess process;

    private KafkaServer(Path home, Path folder, int port) {
        this.home = home;
        this.folder = folder;
        this.port = port;
        this.process = launch();
    }

    /**
     * Starts a broker without data, and waits until it listens.
     *
     * @param home the project's folder
     */
    public static KafkaServer start(Path home) {
        try {
            Path folder = Files.createTempDirectory("kafka-");
            int port = ChildProcess.freePort();
            int controller = ChildProcess.freePort();
            Files.writeString(
                    folder.resolve("server.properties"), """
                    process.roles=broker,controller
                    node.id=1
                    controller.quorum.voters=1@127.0.0.1:%2$d
                    listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
                    advertised.listeners=PLAINTEXT://127.0.0.1:%1$d
                    controller.listener.names=CONTROLLER
                    log.dirs=%3$s
                    offsets.topic.replication.factor=1
                    offsets.topic.num.partitions=1
                    group.initial.rebalance.delay.ms=0
                    num.partitions=4
                    """.formatted(port, controller, folder.resolve("data")));
            String format =
                    "format --cluster-id AAAAAAAAAAAAAAAAAAAAAA --config " + folder.resolve("server.properties");
            try (ChildProcess formatting = java(home, folder, "kafka.tools.StorageTool", List.of(format.split(" ")))) {
                if (formatting.awaitEnd() != 0) {
                    throw new IllegalStateException("Kafka's storage was not formatted: " + formatting.errors());
                }
            }
            return new KafkaServer(home, folder, port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ChildProcess java(Path home, Path folder, String main, List<String> arguments) {
        Path libraries =
                home.resolve("testing").resolve("kafka").resolve("target").resolve("lib");
        try {
            return ChildProcess.startJava(
                    "-Xmx256m", libraries, main, arguments, Files.createTempDirectory(folder, "process-"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ChildProcess launch() {
        ChildProcess started = java(
                home,
                folder,
                "kafka.Kafka",
                List.of(folder.resolve("server.properties").toString()));
        started.await("Kafka", () -> ChildProcess.listens(port));
        return started;
    }

    /** For {@code bootstrap.servers}. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    /** Ends the broker with SIGKILL, and starts it again with its data on the same port. */
    public void restart() {
        process.kill();
        process.awaitEnd();
        process = launch();
    }

    @Override
    public void close() {
        process.close();
        Folders.delete(folder);
    }
}
