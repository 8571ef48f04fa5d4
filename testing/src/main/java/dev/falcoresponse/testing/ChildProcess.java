package dev.falcoresponse.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/** A child process with a temporary folder; a shutdown hook ends the process and deletes the folder, also on Ctrl-C. */
final class ChildProcess implements AutoCloseable {
    private static final int FIRST_PORT = 12_000;

    /** On Linux, unless configured otherwise. */
    private static final int FIRST_OUTGOING_PORT = 32_768;

    private static final int PORT_RANGES = 4;
    private static final int PORTS = (FIRST_OUTGOING_PORT - FIRST_PORT) / PORT_RANGES;

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    /** The processes that are not closed yet; also the lock that makes shutdown wait while a process is being started. */
    private static final Set<ChildProcess> RUNNING = new HashSet<>();

    private static boolean isShuttingDown;

    /** Inherited environment variables that would direct a function to another cluster; they are removed. */
    private static final Pattern OTHER_CLUSTER = Pattern.compile("(QUARKUS_KUBERNETES_CLIENT|KUBERNETES)_.*");

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(ChildProcess::endAll));
    }

    private final ProcessBuilder builder;
    private final Path folder;
    private volatile Process process;
    private volatile boolean killedAtExit;

    private ChildProcess(ProcessBuilder builder, Path folder) throws IOException {
        this.builder = builder;
        this.folder = folder;
        this.process = builder.start();
    }

    /** Starts a command; its standard output and standard error go into two files in the folder. */
    static ChildProcess start(List<String> command, Map<String, String> environment, Path folder) {
        return start(command, Path.of(""), environment, folder);
    }

    /** Starts a Java program from a folder of libraries, with the Java that runs this. */
    static ChildProcess startJava(
            String option, Path libraries, String mainClass, List<String> arguments, Path folder) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                option,
                "-cp",
                libraries + "/*",
                mainClass));
        command.addAll(arguments);
        return start(command, Map.of(), folder);
    }

    /** The same as {@link #start(List, Map, Path)} in a working directory. */
    static ChildProcess start(List<String> command, Path directory, Map<String, String> environment, Path folder) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toAbsolutePath().toFile())
                .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(output(folder).toFile())
                .redirectError(errors(folder).toFile());
        builder.environment().keySet().removeIf(OTHER_CLUSTER.asMatchPredicate());
        builder.environment().putAll(environment);
        synchronized (RUNNING) {
            if (isShuttingDown) {
                throw new IllegalStateException("This process is shutting down and starts no child processes");
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

    /** Signals all processes first and then waits, so that they end in parallel. */
    private static void endAll() {
        List<ChildProcess> running;
        synchronized (RUNNING) {
            isShuttingDown = true;
            running = List.copyOf(RUNNING);
        }
        running.forEach(child -> {
            if (child.killedAtExit) {
                child.kill();
            } else {
                child.terminate();
            }
        });
        running.forEach(child -> end(child.process, child.folder));
    }

    private static Path output(Path folder) {
        return folder.resolve("output");
    }

    private static Path errors(Path folder) {
        return folder.resolve("errors");
    }

    /** The lines on standard output so far. */
    List<String> output() {
        try {
            return Files.readAllLines(output(folder));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The text on standard error so far. */
    String errors() {
        try {
            return Files.readString(errors(folder));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A port of the loopback interface that is free at this moment. It is none of those that the system gives to outgoing
     * connections: under load, one of these is taken again before a process listens on it. JVMs that run tests side by side
     * choose from ranges of their own.
     */
    static int freePort() {
        int first = FIRST_PORT + Integer.getInteger("surefire.forkNumber", 0) % PORT_RANGES * PORTS;
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(first, first + PORTS);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // it is in use
            }
        }
    }

    /** Whether something listens on a port of the loopback interface. */
    static boolean listens(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** When this JVM ends, the process is killed: an API server whose store ends with it would wait for that in vain. */
    ChildProcess killedAtExit() {
        killedAtExit = true;
        return this;
    }

    /** Waits until the condition holds; on timeout or exit it ends the process and throws with its standard error. */
    void await(String what, BooleanSupplier condition) {
        try {
            Waiting.until(what, TIMEOUT, () -> {
                if (!process.isAlive()) {
                    throw new IllegalStateException("The process ended with status " + process.exitValue());
                }
                return condition.getAsBoolean();
            });
        } catch (IllegalStateException e) {
            String errors = errors();
            close();
            throw new StartException(what + " did not become available", errors, e);
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

    /** Kills the process and starts it again in the same folder. */
    void startAgain() {
        kill();
        awaitEnd();
        synchronized (RUNNING) {
            if (isShuttingDown) {
                throw new IllegalStateException("This process is shutting down and starts no child processes");
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

    /** Waits until the process has exited, and returns its exit status. */
    int awaitEnd() {
        try {
            if (!process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
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
