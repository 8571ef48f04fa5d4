package dev.falcoresponse.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A TCP proxy in front of a server that injects connection faults. */
@SuppressWarnings("FutureReturnValueIgnored") // a failed connection must not affect the others
public final class FaultyWire implements AutoCloseable {
    private static final double FAULT_RATE = 0.3;
    private static final double CLOSE_RATE = 0.1;

    private final ServerSocket socket;
    private final int target;
    private final Fault fault;
    private final Random random = new Random(1);
    private int injected;
    private final AtomicLong passed = new AtomicLong();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** A connection fault. */
    public sealed interface Fault {
        /** The proxy accepts connections and never answers. */
        record Silent() implements Fault {}

        /** The proxy answers every request with this status. */
        record Status(int status) implements Fault {}

        /** The connection breaks after this many bytes to the server, counted over all connections. */
        record CutAfter(long bytes) implements Fault {}

        /** Some connections are closed at once; the others are kept short. */
        record Refuses() implements Fault {}

        /** On some connections the answer is not TLS; the others are kept short. */
        record NoTls() implements Fault {}

        /** Some responses break off; the server may have processed the request. */
        record Resets() implements Fault {}

        /** Some responses are delayed by this time. */
        record Stalls(Duration time) implements Fault {}
    }

    /** How many of the received bytes are forwarded, and whether the connection ends after them. */
    private record Forward(int bytes, boolean isLast) {}

    /** Decides what is forwarded in one direction. */
    @FunctionalInterface
    private interface Filter {
        Forward apply(int bytes) throws InterruptedException;
    }

    private FaultyWire(int target, Fault fault) throws IOException {
        this.target = target;
        this.fault = fault;
        this.socket = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        threads.submit(this::accept);
    }

    /** Starts a proxy to a port of this machine. */
    public static FaultyWire to(int port, Fault fault) {
        try {
            return new FaultyWire(port, fault);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return socket.getLocalPort();
    }

    private Void accept() throws IOException {
        while (!socket.isClosed()) {
            Socket client = socket.accept();
            threads.submit(() -> {
                try (client) {
                    serve(client);
                }
                return null;
            });
        }
        return null;
    }

    private void serve(Socket client) throws IOException, InterruptedException {
        switch (fault) {
            case Fault.Silent _ -> closed.await();
            case Fault.Status status -> answer(client, status.status());
            case Fault.CutAfter cut ->
                connect(
                        client,
                        bytes -> passed.addAndGet(bytes) > cut.bytes() ? new Forward(0, true) : all(bytes),
                        FaultyWire::all);
            case Fault.Refuses _ -> {
                if (!nextIsFaulty()) {
                    connect(client, FaultyWire::all, this::maybeLast);
                }
            }
            case Fault.NoTls _ -> {
                if (nextIsFaulty()) {
                    answer(client, 400);
                } else {
                    connect(client, FaultyWire::all, this::maybeLast);
                }
            }
            case Fault.Resets _ ->
                connect(client, FaultyWire::all, bytes -> nextIsFaulty() ? new Forward(bytes / 2, true) : all(bytes));
            case Fault.Stalls stalls ->
                connect(client, FaultyWire::all, bytes -> {
                    boolean isClosed =
                            nextIsFaulty() && closed.await(stalls.time().toMillis(), TimeUnit.MILLISECONDS);
                    return isClosed ? new Forward(0, true) : all(bytes);
                });
        }
    }

    private static Forward all(int bytes) {
        return new Forward(bytes, false);
    }

    private synchronized Forward maybeLast(int bytes) {
        return new Forward(bytes, random.nextDouble() < CLOSE_RATE);
    }

    private synchronized boolean nextIsFaulty() {
        boolean isFaulty = random.nextDouble() < FAULT_RATE;
        injected += isFaulty ? 1 : 0;
        return isFaulty;
    }

    /** How often a fault was injected; counted for the faults that affect some connections or responses. */
    public synchronized int struck() {
        return injected;
    }

    private static void answer(Socket client, int status) throws IOException {
        byte[] ignored = new byte[8192];
        int count = client.getInputStream().read(ignored);
        if (count > 0) {
            client.getOutputStream()
                    .write(("HTTP/1.1 " + status + " Fault\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                            .getBytes(US_ASCII));
        }
    }

    private void connect(Socket client, Filter toServer, Filter toClient) throws IOException, InterruptedException {
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        threads.submit(() -> {
            pass(server, client, toClient);
            return null;
        });
        pass(client, server, toServer);
    }

    /** Copies one direction; its end closes both sockets, and so ends the other direction. */
    private static void pass(Socket from, Socket to, Filter filter) throws IOException, InterruptedException {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[8192];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                Forward forward = filter.apply(count);
                out.write(buffer, 0, forward.bytes());
                if (forward.isLast()) {
                    return;
                }
            }
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.shutdownNow();
    }
}
