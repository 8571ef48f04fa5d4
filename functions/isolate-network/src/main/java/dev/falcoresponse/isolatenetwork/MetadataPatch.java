package dev.falcoresponse.isolatenetwork;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A change of one object's labels and annotations as a JSON patch (RFC 6902): the server does all of it or nothing.
 *
 * <p>The patch tests the object's uid and version: after a concurrent change the server refuses it, so that no change is lost
 * and the guards decide again.
 */
final class MetadataPatch {
    static final String MEDIA_TYPE = "application/json-patch+json";

    private final Map<String, String> labels;
    private final Map<String, String> annotations;
    private final List<Map<String, Object>> operations = new ArrayList<>();

    /** Starts a change of the object as it was read. */
    MetadataPatch(HasMetadata object) {
        labels = Optional.ofNullable(object.getMetadata().getLabels()).orElse(Map.of());
        annotations = Optional.ofNullable(object.getMetadata().getAnnotations()).orElse(Map.of());
        test("/metadata/uid", object.getMetadata().getUid());
        // guards have decided on the labels of this version
        test("/metadata/resourceVersion", object.getMetadata().getResourceVersion());
    }

    /** Removes a label that the object has. */
    void removeLabel(String name) {
        remove("/metadata/labels", labels, name);
    }

    void putLabel(String name, String value) {
        put("/metadata/labels", labels, name, value);
    }

    /** Removes an annotation that the object has. */
    void removeAnnotation(String name) {
        remove("/metadata/annotations", annotations, name);
    }

    void putAnnotation(String name, String value) {
        put("/metadata/annotations", annotations, name, value);
    }

    private void remove(String parent, Map<String, String> entries, String name) {
        String path = path(parent, name);
        test(path, String.valueOf(entries.get(name)));
        operations.add(Map.of("op", "remove", "path", path));
    }

    private void put(String parent, Map<String, String> entries, String name, String value) {
        if (entries.isEmpty() && operations.stream().noneMatch(operation -> parent.equals(operation.get("path")))) {
            // only an absent map may be added as a whole
            testAbsent(parent);
            operations.add(Map.of("op", "add", "path", parent, "value", Map.of()));
        }
        String path = path(parent, name);
        if (entries.containsKey(name)) {
            test(path, String.valueOf(entries.get(name)));
        } else {
            testAbsent(path);
        }
        operations.add(Map.of("op", "add", "path", path, "value", value));
    }

    private void test(String path, String value) {
        operations.add(Map.of("op", "test", "path", path, "value", value));
    }

    private void testAbsent(String path) {
        Map<String, Object> test = new HashMap<>(Map.of("op", "test", "path", path));
        test.put("value", null);
        operations.add(test);
    }

    private static String path(String parent, String name) {
        return parent + "/" + name.replace("~", "~0").replace("/", "~1");
    }

    List<Map<String, Object>> operations() {
        return List.copyOf(operations);
    }
}
