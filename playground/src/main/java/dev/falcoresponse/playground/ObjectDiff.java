package dev.falcoresponse.playground;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Optional;

/** What has changed in an object, as a unified diff of its YAML without status and the API server's own bookkeeping. */
final class ObjectDiff {
    private static final int CONTEXT = 3;
    private static final int MAX_LINES = 200;

    private ObjectDiff() {}

    /** The diff's lines without file names; empty when nothing that is shown has changed. */
    static List<String> of(Optional<HasMetadata> before, Optional<HasMetadata> after) {
        List<String> old = before.map(ObjectDiff::lines).orElse(List.of());
        List<String> diff = UnifiedDiffUtils.generateUnifiedDiff(
                "", "", old, DiffUtils.diff(old, after.map(ObjectDiff::lines).orElse(List.of())), CONTEXT);
        return diff.stream().skip(2).limit(MAX_LINES).toList();
    }

    private static List<String> lines(HasMetadata object) {
        HasMetadata copy = Serialization.clone(object);
        ObjectMeta meta = copy.getMetadata();
        meta.setManagedFields(null);
        meta.setResourceVersion(null);
        meta.setGeneration(null);
        return Serialization.asYaml(copy)
                .lines()
                .filter(line -> !line.equals("---"))
                .takeWhile(line -> !line.startsWith("status:"))
                .toList();
    }
}
