package dev.falcoresponse.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A change of one pod's labels and annotations as RFC 6902 writes it: all of it is done, or none.
 *
 * <p>It tests that the pod is the one that was read, and that each entry that it changes is still as it was read. What
 * others change meanwhile is not lost: either it is another entry, or the patch is refused.
 */
public final class JsonPatch {
    private final Map<String, String> labels;
    private final Map<String, String> annotations;
    private final List<Map<String, Object>> operations = new ArrayList<>();

    /** A change of the pod as it was read. */
    public JsonPatch(Pod pod) {
        labels = Optional.ofNullable(pod.getMetadata().getLabels()).orElse(Map.of());
        annotations = Optional.ofNullable(pod.getMetadata().getAnnotations()).orElse(Map.of());
        test("/metadata/uid", pod.getMetadata().getUid());
    }

    /** Takes a label away that the pod has. */
    public void removeLabel(String name) {
        remove("/metadata/labels", labels, name);
    }

    public void putLabel(String name, String value) {
        put("/metadata/labels", labels, name, value);
    }

    /** Takes an annotation away that the pod has. */
    public void removeAnnotation(String name) {
        remove("/metadata/annotations", annotations, name);
    }

    public void putAnnotation(String name, String value) {
        put("/metadata/annotations", annotations, name, value);
    }

    private void remove(String parent, Map<String, String> entries, String name) {
        String path = path(parent, name);
        test(path, String.valueOf(entries.get(name)));
        operations.add(Map.of("op", "remove", "path", path));
    }

    private void put(String parent, Map<String, String> entries, String name, String value) {
        if (entries.isEmpty() && operations.stream().noneMatch(each -> parent.equals(each.get("path")))) {
            // there is nothing yet to put it into, and only then may the whole be put
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
