package dev.falcoresponse.testing;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Acts as a function's own ServiceAccount, with what its manifest allows and nothing else. */
public final class ServiceAccountAccess {
    private ServiceAccountAccess() {}

    /** Applies an {@code rbac.yaml} as it stands, and takes a token for the ServiceAccount in it. */
    public static KubeAccess of(KubeCluster server, Path rbac) {
        KubernetesClient client = server.client();
        List<HasMetadata> manifests = read(client, rbac);
        ServiceAccount account = manifests.stream()
                .filter(ServiceAccount.class::isInstance)
                .map(ServiceAccount.class::cast)
                .findFirst()
                .orElseThrow();
        apply(
                client,
                new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(account.getMetadata().getNamespace())
                        .endMetadata()
                        .build());
        manifests.forEach(manifest -> apply(client, manifest));
        var request = new TokenRequestBuilder()
                .withNewSpec()
                .withExpirationSeconds(3600L)
                .endSpec()
                .build();
        String token = client.serviceAccounts()
                .resource(account)
                .tokenRequest(request)
                .getStatus()
                .getToken();
        return server.withToken(token);
    }

    /** What a manifest file holds. */
    public static List<HasMetadata> read(KubernetesClient client, Path file) {
        try (InputStream stream = Files.newInputStream(file)) {
            return client.load(stream).items();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Applies a manifest file as it stands. */
    public static void apply(KubernetesClient client, Path file) {
        read(client, file).forEach(manifest -> apply(client, manifest));
    }

    private static void apply(KubernetesClient client, HasMetadata manifest) {
        client.resource(manifest).fieldManager("testing").forceConflicts().serverSideApply();
    }
}
