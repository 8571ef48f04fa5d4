package dev.falcoresponse.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * An HTTPS server on loopback with a self-signed certificate; the caller starts it.
 *
 * @param certificate in PEM
 */
public record SelfSigned(HttpsServer server, String certificate) {
    private static final String NAME = "server";
    private static final String PASSWORD = "changeit";

    /**
     * Creates the certificate and the server.
     *
     * @throws IOException if no port is free, or keytool fails
     */
    public static SelfSigned create() throws IOException {
        Path folder = Files.createTempDirectory("self-signed-");
        try {
            KeyStore keys = keys(folder.resolve("keys.p12"));
            KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(keys, PASSWORD.toCharArray());
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(managers.getKeyManagers(), null, null);
            HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setHttpsConfigurator(new HttpsConfigurator(tls));
            String pem = "-----BEGIN CERTIFICATE-----\n"
                    + Base64.getMimeEncoder(64, new byte[] {'\n'})
                            .encodeToString(keys.getCertificate(NAME).getEncoded())
                    + "\n-----END CERTIFICATE-----\n";
            return new SelfSigned(server, pem);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } finally {
            Folders.delete(folder);
        }
    }

    /** Runs keytool, since the JDK has no public API that creates certificates. */
    private static KeyStore keys(Path file) throws IOException, GeneralSecurityException {
        Process tool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        NAME,
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=127.0.0.1",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        file.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(tool.getInputStream().readAllBytes(), UTF_8);
        if (!Files.exists(file)) {
            throw new IOException("keytool created no key: " + output);
        }
        return KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
    }
}
