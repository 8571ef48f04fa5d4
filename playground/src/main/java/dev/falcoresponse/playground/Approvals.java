package dev.falcoresponse.playground;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.falcoresponse.testing.Waiting;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** What people do with requests: they decide them, as with {@code kubectl annotate}. */
final class Approvals {
    static final String NAMESPACE = "falco-response";
    static final String LABEL = "falco-response/request";
    private static final String DECISION = "falco-response/decision";
    private static final String DECIDED_BY = "falco-response/decided-by";
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);
    private static final JsonMapper JSON = new JsonMapper();

    private Approvals() {}

    /** Lets a person decide: the Role is in the manifests of request-approval. */
    static void allow(KubernetesClient admin, String person) {
        admin.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(NAMESPACE)
                        .endMetadata()
                        .build())
                .serverSideApply();
        admin.resource(new RoleBindingBuilder()
                        .withNewMetadata()
                        .withNamespace(NAMESPACE)
                        .withName("approvers")
                        .endMetadata()
                        .withNewRoleRef("rbac.authorization.k8s.io", "Role", "falco-response-approver")
                        .addNewSubject("rbac.authorization.k8s.io", "User", person, null)
                        .build())
                .serverSideApply();
    }

    /** Decides the request about a user as somebody else; while functions only preview, there is none. */
    static void decide(KubernetesClient admin, String person, String user, boolean approve) {
        Config config = new ConfigBuilder(admin.getConfiguration())
                .withImpersonateUsername(person)
                .build();
        find(admin, user).ifPresent(request -> {
            try (KubernetesClient client =
                    new KubernetesClientBuilder().withConfig(config).build()) {
                decide(client, request.getMetadata().getName(), approve, person);
            }
        });
    }

    /** Decides a request in the name of the client's own user. */
    static void decide(KubernetesClient client, String request, boolean approve) {
        decide(client, request, approve, whoAmI(client));
    }

    private static void decide(KubernetesClient client, String request, boolean approve, String person) {
        client.configMaps()
                .inNamespace(NAMESPACE)
                .withName(request)
                .patch(
                        MERGE,
                        json(Map.of(
                                "metadata",
                                Map.of(
                                        "annotations",
                                        Map.of(DECISION, approve ? "approve" : "refuse", DECIDED_BY, person)))));
    }

    /** As {@code kubectl auth whoami} asks; the embedded API knows no users. */
    private static String whoAmI(KubernetesClient client) {
        try {
            String review = client.raw(
                    "/apis/authentication.k8s.io/v1/selfsubjectreviews",
                    "POST",
                    "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"SelfSubjectReview\"}");
            return JSON.readTree(review).at("/status/userInfo/username").asText("you");
        } catch (KubernetesClientException | JsonProcessingException e) {
            return "you";
        }
    }

    static void awaitExpiry(KubernetesClient admin, String user, Duration timeout) {
        find(admin, user)
                .map(request -> Instant.parse(request.getData().getOrDefault("until", Instant.EPOCH.toString())))
                .ifPresent(until -> Waiting.until(
                        "the request about " + user + " to expire",
                        timeout,
                        () -> Instant.now().isAfter(until)));
    }

    private static Optional<ConfigMap> find(KubernetesClient admin, String user) {
        return admin.configMaps().inNamespace(NAMESPACE).withLabel(LABEL).list().getItems().stream()
                .filter(request -> user.equals(request.getData().get("name")))
                .findFirst();
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
