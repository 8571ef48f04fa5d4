package dev.falcoresponse.playground;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.Map;
import java.util.stream.Stream;

/** Reads whom restrict-access has restricted. */
final class Restrictions {
    /** Where it is not installed, nobody is restricted. */
    private static final ResourceDefinitionContext KIND = new ResourceDefinitionContext.Builder()
            .withGroup("falco-response.io")
            .withVersion("v1")
            .withKind("AccessRestrictions")
            .withPlural("accessrestrictions")
            .withNamespaced(false)
            .build();

    private Restrictions() {}

    /**
     * A restricted identity.
     *
     * @param kind {@code Pod} or {@code User}
     * @param namespace of the pod; empty for a user
     * @param uid of the pod; empty for a user
     */
    record Restricted(
            String kind, String namespace, String name, String uid, String rule, String since, String expires) {}

    static Stream<Restricted> all(KubernetesClient client) {
        GenericKubernetesResource object = client.genericKubernetesResources(KIND)
                .withName("falco-response")
                .get();
        return object == null ? Stream.of() : Stream.concat(in(object, "pods", "Pod"), in(object, "users", "User"));
    }

    private static Stream<Restricted> in(GenericKubernetesResource object, String map, String kind) {
        return object.getAdditionalProperties().get(map) instanceof Map<?, ?> entries
                ? entries.entrySet().stream().map(entry -> restricted(kind, entry))
                : Stream.of();
    }

    private static Restricted restricted(String kind, Map.Entry<?, ?> entry) {
        Map<?, ?> values = entry.getValue() instanceof Map<?, ?> map ? map : Map.of();
        String key = String.valueOf(entry.getKey());
        String[] name = text(values, "name").split("/", 2);
        return kind.equals("Pod")
                ? new Restricted(
                        kind,
                        name[0],
                        name[name.length - 1],
                        key,
                        text(values, "rule"),
                        text(values, "since"),
                        text(values, "expires"))
                : new Restricted(
                        kind, "", key, "", text(values, "rule"), text(values, "since"), text(values, "expires"));
    }

    private static String text(Map<?, ?> values, String key) {
        return values.get(key) instanceof String text ? text : "";
    }
}
