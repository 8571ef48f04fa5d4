package dev.falcoresponse.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A real S3 server (s3proxy, in memory) in a separate process on loopback. */
public final class S3Server implements AutoCloseable {
    private static final String KEY = "test-key";
    private static final String SECRET = "test-secret";

    private final ChildProcess process;
    private final int port;

    private S3Server(ChildProcess process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts the server and waits until it listens. */
    public static S3Server start() {
        try {
            Path folder = Files.createTempDirectory("s3-");
            int port = ChildProcess.freePort();
            Path properties = Files.writeString(folder.resolve("s3.properties"), """
                    s3proxy.endpoint=http://127.0.0.1:%d
                    s3proxy.authorization=aws-v2-or-v4
                    s3proxy.identity=%s
                    s3proxy.credential=%s
                    jclouds.provider=transient-nio2
                    jclouds.identity=none
                    jclouds.credential=none
                    """.formatted(port, KEY, SECRET));
            Path logging = Files.writeString(
                    folder.resolve("logback.xml"), "<configuration><root level=\"WARN\"/></configuration>");
            ChildProcess process = ChildProcess.startJava(
                    "-Dlogback.configurationFile=" + logging,
                    Path.of("..", "..", "testing", "s3proxy", "target", "lib"),
                    "org.gaul.s3proxy.Main",
                    List.of("--properties", properties.toString()),
                    folder);
            S3Server server = new S3Server(process, port);
            server.process.await("the S3 server", () -> ChildProcess.listens(port));
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return port;
    }

    /** The environment variables that direct the AWS SDK to this server, or to a proxy in front of it. */
    public static Map<String, String> environment(int port) {
        return Map.of(
                "AWS_ENDPOINT_URL_S3",
                "http://127.0.0.1:" + port,
                "AWS_REGION",
                "us-east-1",
                "AWS_ACCESS_KEY_ID",
                KEY,
                "AWS_SECRET_ACCESS_KEY",
                SECRET);
    }

    @Override
    public void close() {
        process.close();
    }
}
