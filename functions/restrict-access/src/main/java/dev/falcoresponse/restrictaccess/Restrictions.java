package dev.falcoresponse.restrictaccess;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All restrictions, as they were read.
 *
 * @param object empty when nothing has ever been restricted
 */
record Restrictions(Optional<GenericKubernetesResource> object) {
    /** The resource version; empty when there is no object. */
    Optional<String> version() {
        return object.map(found -> found.getMetadata().getResourceVersion());
    }

    Optional<Restriction> of(SubjectKind kind, String key) {
        return all(kind).stream().filter(each -> each.key().equals(key)).findFirst();
    }

    List<Restriction> all(SubjectKind kind) {
        return object.map(found -> found.getAdditionalProperties().get(kind.map())).stream()
                .filter(Map.class::isInstance)
                .flatMap(map -> ((Map<?, ?>) map).entrySet().stream())
                .map(entry -> new Restriction(kind, String.valueOf(entry.getKey()), values(entry.getValue())))
                .toList();
    }

    private static Map<String, String> values(Object entry) {
        Map<String, String> values = new HashMap<>();
        if (entry instanceof Map<?, ?> map) {
            map.forEach((name, value) -> values.put(String.valueOf(name), String.valueOf(value)));
        }
        return values;
    }
}
