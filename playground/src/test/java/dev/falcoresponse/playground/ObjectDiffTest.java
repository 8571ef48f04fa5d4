package dev.falcoresponse.playground;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A diff shows what a response has changed, and no bookkeeping. */
final class ObjectDiffTest {
    private static Optional<HasMetadata> pod(String version, String quarantine) {
        return Optional.of(new PodBuilder()
                .withNewMetadata()
                .withName("web-0")
                .withResourceVersion(version)
                .addToLabels("app", "web")
                .addToLabels("quarantine", quarantine)
                .endMetadata()
                .withNewStatus()
                .withPhase("phase " + version)
                .endStatus()
                .build());
    }

    @Test
    void aChangedLabelIsShownWithItsSurroundings() {
        assertThat(ObjectDiff.of(pod("1", "no"), pod("2", "yes")))
                .contains("-    quarantine: \"no\"", "+    quarantine: \"yes\"", "     app: \"web\"")
                .noneMatch(line -> line.contains("resourceVersion") || line.contains("phase"));
    }

    @Test
    void whatOnlyTheApiServerChangesIsNoChange() {
        assertThat(ObjectDiff.of(pod("1", "no"), pod("2", "no"))).isEmpty();
    }

    @Test
    void anObjectThatIsGoneIsRemovedLineByLine() {
        assertThat(ObjectDiff.of(pod("1", "no"), Optional.empty()))
                .contains("-kind: \"Pod\"")
                .noneMatch(line -> line.startsWith("+"));
    }
}
