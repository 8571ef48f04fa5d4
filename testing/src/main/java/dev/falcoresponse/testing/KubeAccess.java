package dev.falcoresponse.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;

/**
 * How someone gets to an API server.
 *
 * @param url without a path
 * @param certificate the server's, in PEM; empty for plain HTTP
 * @param token what tells the server who asks
 */
public record KubeAccess(String url, String certificate, String token) {
    /** A client for it, without repetitions: a test wants to see the first answer. */
    public KubernetesClient client() {
        return new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder()
                        .withAutoConfigure(false)
                        .withMasterUrl(url)
                        .withCaCertData(certificate.isEmpty() ? null : base64(certificate))
                        .withOauthToken(token)
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .build();
    }

    /** The same as a file for {@code KUBECONFIG}. */
    public Path writeKubeconfig(Path file) {
        String authority = certificate.isEmpty() ? "" : ", certificate-authority-data: " + base64(certificate);
        try {
            return Files.writeString(file, """
                    apiVersion: v1
                    kind: Config
                    clusters: [{name: it, cluster: {server: "%s"%s}}]
                    users: [{name: it, user: {token: "%s"}}]
                    contexts: [{name: it, context: {cluster: it, user: it}}]
                    current-context: it
                    """.formatted(url, authority, token));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The same as a pod has it.
     *
     * @param folder where the token and the certificate are put
     * @return the environment that leads there; whatever becomes of the file {@code token} counts
     */
    public Map<String, String> mount(Path folder) {
        URI server = URI.create(url);
        try {
            Path tokenFile = Files.writeString(folder.resolve("token"), token);
            Path certificateFile = Files.writeString(folder.resolve("ca.crt"), certificate);
            return Map.of(
                    "KUBERNETES_SERVICE_HOST",
                    server.getHost(),
                    "KUBERNETES_SERVICE_PORT",
                    Integer.toString(server.getPort()),
                    "KUBERNETES_AUTH_TRYKUBECONFIG",
                    "false",
                    "KUBERNETES_AUTH_SERVICEACCOUNT_TOKEN",
                    tokenFile.toString(),
                    "KUBERNETES_CERTS_CA_FILE",
                    certificateFile.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }
}
