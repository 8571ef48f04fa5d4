package dev.falcoresponse.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/** A process with a temporary folder of its own; both end with this process at the latest: Ctrl-C leaves nothing. */
final class ChildProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Those that have not been closed; it is locked while one is being started, so that the end of this one waits. */
    private static final Set<ChildProcess> RUNNING = new HashSet<>();

    private static boolean ending;

    /** What in this process' own environment would lead a function to another cluster than the one it is given. */
    private static final Pattern ELSEWHERE = Pattern.compile("(QUARKUS_KUBERNETES_CLIENT|KUBERNETES)_.*");

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(ChildProcess::endAll));
    }

    private final ProcessBuilder builder;
    private final Path folder;
    private volatile Process process;

    private ChildProcess(ProcessBuilder builder, Path folder) throws IOException {
        this.builder = builder;
        this.folder = folder;
        this.process = builder.start();
    }

    /** Starts a command; what it writes goes into two files of the folder. */
    static ChildProcess start(List<String> command, Map<String, String> environment, Path folder) {
        return start(command, Path.of(""), environment, folder);
    }

    /** The same in a working directory. */
    static ChildProcess start(List<String> command, Path directory, Map<String, String> environment, Path folder) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toAbsolutePath().toFile())
                .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(output(folder).toFile())
                .redirectError(errors(folder).toFile());
        builder.environment().keySet().removeIf(ELSEWHERE.asMatchPredicate());
        builder.environment().putAll(environment);
        synchronized (RUNNING) {
            if (ending) {
                throw new IllegalStateException("This process is ending: it starts no other any more");
            }
            try {
                ChildProcess child = new ChildProcess(builder, folder);
                RUNNING.add(child);
                return child;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** All at the same time: each may take as long as it needs for itself. */
    private static void endAll() {
        List<ChildProcess> left;
        synchronized (RUNNING) {
            ending = true;
            left = List.copyOf(RUNNING);
        }
        left.forEach(ChildProcess::terminate);
        left.forEach(child -> end(child.process, child.folder));
    }

    private static Path output(Path folder) {
        return folder.resolve("output");
    }

    private static Path errors(Path folder) {
        return folder.resolve("errors");
    }

    /** What the process has written to standard output so far. */
    List<String> output() {
        try {
            return Files.readAllLines(output(folder));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the process has written to standard error so far. */
    String errors() {
        try {
            return Files.readString(errors(folder));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A port of the loopback interface that nothing listens on just now. */
    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until the process does what is expected of it; ends it, and tells its last words, when it does not. */
    void await(String what, BooleanSupplier condition) {
        try {
            Waiting.until(what, PATIENCE, () -> {
                if (!process.isAlive()) {
                    throw new IllegalStateException("The process ended with status " + process.exitValue());
                }
                return condition.getAsBoolean();
            });
        } catch (IllegalStateException e) {
            String errors = errors();
            close();
            throw new StartException(what + " did not come up", errors, e);
        }
    }

    long pid() {
        return process.pid();
    }

    Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Asks the process to end (SIGTERM) and does not wait. */
    void terminate() {
        process.destroy();
    }

    /** Ends the process at once (SIGKILL) and does not wait. */
    void kill() {
        process.destroyForcibly();
    }

    /** Ends the process at once and starts it again, in the folder as it is then. */
    void startAgain() {
        kill();
        awaitEnd();
        synchronized (RUNNING) {
            if (ending) {
                throw new IllegalStateException("This process is ending: it starts no other any more");
            }
            try {
                process = builder.start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Sends a signal, such as STOP. */
    void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for the end of the process, and returns its exit status. */
    int awaitEnd() {
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("The process did not end");
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        end(process, folder);
        synchronized (RUNNING) {
            RUNNING.remove(this);
        }
    }

    private static void end(Process process, Path folder) {
        end(process);
        Folders.delete(folder);
    }

    private static void end(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
