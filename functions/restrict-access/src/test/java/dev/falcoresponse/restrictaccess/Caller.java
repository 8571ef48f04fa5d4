package dev.falcoresponse.restrictaccess;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.testing.KubeApiServer;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.BoundObjectReference;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Somebody who calls the API server with administrator permissions, and whom the response may restrict. */
record Caller(KubernetesClient client, String namespace) implements AutoCloseable {
    private static final String SENTENCE = "may read, but change nothing: restricted after a Falco alert";

    /** The ServiceAccount {@code app} of a namespace, with the token of one of its pods. */
    static Caller pod(KubeApiServer server, Pod pod) {
        var meta = pod.getMetadata();
        return account(
                server, meta.getNamespace(), new BoundObjectReference("v1", "Pod", meta.getName(), meta.getUid()));
    }

    /** The same with a token that is bound to nothing. */
    static Caller account(KubeApiServer server, String namespace) {
        return account(server, namespace, null);
    }

    private static Caller account(KubeApiServer server, String namespace, @Nullable BoundObjectReference bound) {
        var request = new TokenRequestBuilder()
                .withNewSpec()
                .withExpirationSeconds(3600L)
                .withBoundObjectRef(bound)
                .endSpec()
                .build();
        String token = server.client()
                .serviceAccounts()
                .inNamespace(namespace)
                .withName("app")
                .tokenRequest(request)
                .getStatus()
                .getToken();
        return new Caller(server.withToken(token).client(), namespace);
    }

    /** Creates the ServiceAccount {@code app} in a namespace, with administrator permissions. */
    static void createAccount(KubernetesClient admin, String namespace) {
        admin.resource(new ServiceAccountBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName("app")
                        .endMetadata()
                        .build())
                .create();
        bind(admin, namespace + "-app", "ServiceAccount", "app", namespace);
    }

    /** A person with administrator permissions, by impersonation. */
    static Caller person(KubeApiServer server, String name, String namespace) {
        bind(server.client(), "person-" + UUID.randomUUID(), "User", name, null);
        Config config = new ConfigBuilder(server.admin().client().getConfiguration())
                .withImpersonateUsername(name)
                .build();
        return new Caller(new KubernetesClientBuilder().withConfig(config).build(), namespace);
    }

    private static void bind(
            KubernetesClient admin, String binding, String kind, String name, @Nullable String namespace) {
        admin.resource(new ClusterRoleBindingBuilder()
                        .withNewMetadata()
                        .withName(binding)
                        .endMetadata()
                        .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", "cluster-admin")
                        .addNewSubject(kind.equals("User") ? "rbac.authorization.k8s.io" : "", kind, name, namespace)
                        .build())
                .create();
    }

    /** The status of a call; 200 for every success. */
    int status(String method, String path, @Nullable String body) {
        return answer(method, path, body).status();
    }

    private record Answer(int status, String message) {}

    private Answer answer(String method, String path, @Nullable String body) {
        try {
            client.raw(path, method, body);
            return new Answer(200, "");
        } catch (KubernetesClientException e) {
            return new Answer(e.getCode(), String.valueOf(e.getMessage()));
        }
    }

    /** Creates a ConfigMap. */
    boolean writes() {
        return status("POST", "/api/v1/namespaces/" + namespace + "/configmaps", configMap()) == 200;
    }

    private static String configMap() {
        return "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"generateName\":\"x-\"}}";
    }

    /** Whether a call is refused with the sentence of the response, not for another reason. */
    void isRefused(String method, String path, @Nullable String body) {
        Answer answer = answer(method, path, body);
        assertThat(answer.status()).as(method + " " + path).isEqualTo(403);
        assertThat(answer.message()).contains(SENTENCE);
    }

    @Override
    public void close() {
        client.close();
    }
}
