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
import java.util.HashMap;
import java.util.Map;

/**
 * The address of an API server and the credentials of a caller.
 *
 * @param url without a path
 * @param certificate the server's certificate in PEM; empty for plain HTTP
 * @param token the bearer token of the caller
 */
public record KubeAccess(String url, String certificate, String token) {
    /** A client without retries, so that a test sees the first answer. */
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

    /** Writes a kubeconfig file. */
    public Path writeKubeconfig(Path file) {
        String authority = certificate.isEmpty() ? "" : ", certificate-authority-data: " + base64(certificate);
        try {
            return Files.writeString(file, """
                    apiVersion: v1
                    kind: Config
                    clusters: [{name: test, cluster: {server: "%s"%s}}]
                    users: [{name: test, user: {token: "%s"}}]
                    contexts: [{name: test, context: {cluster: test, user: test}}]
                    current-context: test
                    """.formatted(url, authority, token));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes the token and the certificate as Kubernetes mounts them into a pod: as the functions find them in a cluster.
     *
     * @param folder gets the files {@code token} and {@code ca.crt}
     * @return the environment variables that point to them; later changes of the file {@code token} take effect
     */
    public Map<String, String> mount(Path folder) {
        URI server = URI.create(url);
        Map<String, String> environment = new HashMap<>(Map.of(
                "KUBERNETES_SERVICE_HOST", server.getHost(),
                "KUBERNETES_SERVICE_PORT", Integer.toString(server.getPort()),
                "KUBERNETES_AUTH_TRYKUBECONFIG", "false"));
        try {
            Path tokenFile = Files.writeString(folder.resolve("token"), token);
            environment.put("KUBERNETES_AUTH_SERVICEACCOUNT_TOKEN", tokenFile.toString());
            if (certificate.isEmpty()) {
                // a pod always gets a certificate; tests also have servers without TLS
                environment.put("KUBERNETES_MASTER", url);
            } else {
                Path file = Files.writeString(folder.resolve("ca.crt"), certificate);
                environment.put("KUBERNETES_CERTS_CA_FILE", file.toString());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return environment;
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }
}
