package dev.falcoresponse.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/** A wire to a server, byte by byte, that can be cut, blocked, or end at someone who always answers the same. */
@SuppressWarnings("FutureReturnValueIgnored") // whatever becomes of one connection, the others go on
public final class FaultyWire implements AutoCloseable {
    private final ServerSocket socket;
    private final int target;
    private final Fault fault;
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
            case Fault.CutAfter cut -> pass(client, cut.bytes());
        }
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

    private void pass(Socket client, long bytes) throws IOException {
        try (Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
            threads.submit(() -> server.getInputStream().transferTo(client.getOutputStream()));
            InputStream in = client.getInputStream();
            OutputStream out = server.getOutputStream();
            byte[] buffer = new byte[8192];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                if (passed.addAndGet(count) > bytes) {
                    return;
                }
                out.write(buffer, 0, count);
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
