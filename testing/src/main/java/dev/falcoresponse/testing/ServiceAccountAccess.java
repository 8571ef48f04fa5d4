package dev.falcoresponse.testing;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.authentication.BoundObjectReference;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Access with the permissions of a function's ServiceAccount, as its manifest grants them. */
public final class ServiceAccountAccess {
    private ServiceAccountAccess() {}

    /** Applies an {@code rbac.yaml} unchanged, and requests a token for the ServiceAccount in it. */
    public static KubeAccess of(KubeCluster server, Path rbac) {
        return of(server, rbac, null);
    }

    /** The same with a token that is valid until a Secret is deleted, as a pod's token is bound to its pod. */
    public static KubeAccess boundTo(KubeCluster server, Path rbac, Secret secret) {
        var meta = secret.getMetadata();
        return of(server, rbac, new BoundObjectReference("v1", "Secret", meta.getName(), meta.getUid()));
    }

    private static KubeAccess of(KubeCluster server, Path rbac, @Nullable BoundObjectReference bound) {
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
                .withBoundObjectRef(bound)
                .endSpec()
                .build();
        String token = client.serviceAccounts()
                .resource(account)
                .tokenRequest(request)
                .getStatus()
                .getToken();
        return server.withToken(token);
    }

    /** Reads the resources in a manifest file. */
    public static List<HasMetadata> read(KubernetesClient client, Path file) {
        try (InputStream stream = Files.newInputStream(file)) {
            return client.load(stream).items();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Applies a manifest file unchanged. */
    public static void apply(KubernetesClient client, Path file) {
        read(client, file).forEach(manifest -> apply(client, manifest));
    }

    private static void apply(KubernetesClient client, HasMetadata manifest) {
        client.resource(manifest).fieldManager("testing").forceConflicts().serverSideApply();
    }
}
