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

/** A wire to a server, byte by byte, that can be cut, blocked, fail now and then, or end at someone who always answers the same. */
@SuppressWarnings("FutureReturnValueIgnored") // whatever becomes of one connection, the others go on
public final class FaultyWire implements AutoCloseable {
    private static final double OFTEN = 0.3;
    private static final double SELDOM = 0.1;

    private final ServerSocket socket;
    private final int target;
    private final Fault fault;
    private final Random random = new Random(1);
    private int struck;
    private final AtomicLong passed = new AtomicLong();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** What is wrong with a wire. */
    public sealed interface Fault {
        /** Nothing arrives, and nobody says so. */
        record Silent() implements Fault {}

        /** Whatever is asked, the answer has this status. */
        record Status(int status) implements Fault {}

        /** It breaks when so many bytes have gone towards the server. */
        record CutAfter(long bytes) implements Fault {}

        /** Now and then a connection is closed before anything is said; connections are short. */
        record Refuses() implements Fault {}

        /** Now and then the other end does not speak TLS; connections are short. */
        record NoTls() implements Fault {}

        /** Now and then what comes back breaks off; what was asked may have been done. */
        record Resets() implements Fault {}

        /** Now and then what comes back takes so long. */
        record Stalls(Duration time) implements Fault {}
    }

    /** How much of what has come goes on, and whether that is the end of the connection. */
    private record Share(int bytes, boolean isLast) {}

    /** What a wire does to what comes one way. */
    @FunctionalInterface
    private interface Gate {
        Share share(int bytes) throws InterruptedException;
    }

    private FaultyWire(int target, Fault fault) throws IOException {
        this.target = target;
        this.fault = fault;
        this.socket = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        threads.submit(this::accept);
    }

    /** A wire to a port of this machine. */
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
                        bytes -> passed.addAndGet(bytes) > cut.bytes() ? new Share(0, true) : all(bytes),
                        FaultyWire::all);
            case Fault.Refuses _ -> {
                if (!strikes()) {
                    connect(client, FaultyWire::all, this::shortly);
                }
            }
            case Fault.NoTls _ -> {
                if (strikes()) {
                    answer(client, 400);
                } else {
                    connect(client, FaultyWire::all, this::shortly);
                }
            }
            case Fault.Resets _ ->
                connect(client, FaultyWire::all, bytes -> strikes() ? new Share(bytes / 2, true) : all(bytes));
            case Fault.Stalls stalls ->
                connect(client, FaultyWire::all, bytes -> {
                    boolean isClosed = strikes() && closed.await(stalls.time().toMillis(), TimeUnit.MILLISECONDS);
                    return isClosed ? new Share(0, true) : all(bytes);
                });
        }
    }

    private static Share all(int bytes) {
        return new Share(bytes, false);
    }

    private synchronized Share shortly(int bytes) {
        return new Share(bytes, random.nextDouble() < SELDOM);
    }

    private synchronized boolean strikes() {
        boolean strikes = random.nextDouble() < OFTEN;
        struck += strikes ? 1 : 0;
        return strikes;
    }

    /** How often one that fails now and then has failed. */
    public synchronized int struck() {
        return struck;
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

    private void connect(Socket client, Gate there, Gate back) throws IOException, InterruptedException {
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        threads.submit(() -> {
            pass(server, client, back);
            return null;
        });
        pass(client, server, there);
    }

    /** Whichever way ends first ends the other. */
    private static void pass(Socket from, Socket to, Gate gate) throws IOException, InterruptedException {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[8192];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                Share share = gate.share(count);
                out.write(buffer, 0, share.bytes());
                if (share.isLast()) {
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
