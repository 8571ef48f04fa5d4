package dev.falcoresponse.playground;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Follows the controllers of an object up to the one that people have created. */
final class OwnerChain {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_OWNERS = 10;

    /** The built-in kinds that are owned themselves. */
    private static final Map<String, String> GROUPS = Map.of("ReplicaSet", "apps", "Job", "batch");

    private OwnerChain() {}

    /**
     * The owners, nearest first, each as {@code <kind>/<name>}. It ends where an owner no longer exists, or may not be read.
     *
     * @param owner the nearest, as in the record; empty for an object without owner
     */
    static ArrayNode of(KubernetesClient client, String namespace, String owner) {
        ArrayNode chain = JSON.createArrayNode();
        Optional<String> next = Optional.of(owner).filter(each -> each.contains("/"));
        while (next.isPresent() && chain.size() < MAX_OWNERS) {
            chain.add(next.get());
            next = ownerOf(client, namespace, next.get());
        }
        return chain;
    }

    private static Optional<String> ownerOf(KubernetesClient client, String namespace, String object) {
        String[] kindAndName = object.split("/", 2);
        String group = GROUPS.getOrDefault(kindAndName[0], "");
        if (group.isEmpty()) {
            return Optional.empty();
        }
        try {
            GenericKubernetesResource found = client.genericKubernetesResources(new ResourceDefinitionContext.Builder()
                            .withGroup(group)
                            .withVersion("v1")
                            .withKind(kindAndName[0])
                            .withPlural(kindAndName[0].toLowerCase(Locale.ROOT) + "s")
                            .withNamespaced(true)
                            .build())
                    .inNamespace(namespace)
                    .withName(kindAndName[1])
                    .get();
            return Optional.ofNullable(found)
                    .flatMap(each -> each.getMetadata().getOwnerReferences().stream()
                            .filter(reference -> Boolean.TRUE.equals(reference.getController()))
                            .findFirst())
                    .map(reference -> reference.getKind() + "/" + reference.getName());
        } catch (KubernetesClientException e) {
            if (e.getCode() == 403) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
