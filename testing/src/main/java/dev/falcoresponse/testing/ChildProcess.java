package dev.falcoresponse.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A process that ends with this one at the latest: Ctrl-C leaves nothing behind. */
final class ChildProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final Path errors;
    private final Thread atExit;

    private ChildProcess(Process process, Path errors) {
        this.process = process;
        this.errors = errors;
        this.atExit = new Thread(() -> end(process));
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Starts a command; what it writes goes into files. */
    static ChildProcess start(List<String> command, Map<String, String> environment, Path output, Path errors) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile());
        builder.environment().putAll(environment);
        try {
            return new ChildProcess(builder.start(), errors);
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
            close();
            throw new IllegalStateException(e.getMessage() + ", waiting for " + what + ":\n" + lastErrors(), e);
        }
    }

    /** Asks the process to end (SIGTERM) and does not wait. */
    void terminate() {
        process.destroy();
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
        end(process);
        Runtime.getRuntime().removeShutdownHook(atExit);
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

    private String lastErrors() {
        try {
            String text = Files.readString(errors);
            return text.substring(Math.max(0, text.length() - 4_000));
        } catch (IOException e) {
            return e.toString();
        }
    }
}
