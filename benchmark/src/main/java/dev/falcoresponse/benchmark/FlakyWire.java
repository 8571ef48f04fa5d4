package dev.falcoresponse.benchmark;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A wire to the API server that fails now and then, below TLS: neither end is told why. */
final class FlakyWire implements AutoCloseable {
    private static final double OFTEN = 0.3;
    private static final double SELDOM = 0.1;

    /** What it does to a connection, or to what comes back on it. */
    enum Fault {
        /** It is closed before anything is said; connections are short. */
        REFUSED,
        /** What comes back breaks off; what was asked may have been done. */
        RESET,
        /** What comes back takes longer than anybody waits. */
        STALLED,
        /** The other end does not speak TLS; connections are short. */
        NO_TLS
    }

    private final int target;
    private final Fault fault;
    private final long stallMillis;
    private final ServerSocket socket;
    private final Random random = new Random(1);
    private int struck;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    FlakyWire(int target, Fault fault, long stallMillis) {
        this.target = target;
        this.fault = fault;
        this.stallMillis = stallMillis;
        try {
            socket = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    int port() {
        return socket.getLocalPort();
    }

    private synchronized boolean strikes() {
        boolean strikes = random.nextDouble() < OFTEN;
        struck += strikes ? 1 : 0;
        return strikes;
    }

    /** How often it has failed so far. */
    synchronized int struck() {
        return struck;
    }

    /** What can only happen at the start of a connection needs many of them. */
    private synchronized boolean isOver() {
        return (fault == Fault.REFUSED || fault == Fault.NO_TLS) && random.nextDouble() < SELDOM;
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                threads.execute(() -> serve(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
            if (fault == Fault.REFUSED && strikes()) {
                return;
            }
            if (fault == Fault.NO_TLS && strikes()) {
                client.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
                return;
            }
            threads.execute(() -> pass(client, server, false));
            pass(server, client, true);
        } catch (IOException e) {
            // that connection is over
        }
    }

    private void pass(Socket from, Socket to, boolean back) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[8192];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                if (back && fault == Fault.RESET && strikes()) {
                    out.write(buffer, 0, count / 2);
                    return;
                }
                if (back && fault == Fault.STALLED && strikes() && closed.await(stallMillis, TimeUnit.MILLISECONDS)) {
                    return;
                }
                out.write(buffer, 0, count);
                if (back && isOver()) {
                    return;
                }
            }
        } catch (IOException e) {
            // that connection is over
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
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
