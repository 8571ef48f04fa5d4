package dev.falcoresponse.pods;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.falcoresponse.action.Effect;
import dev.falcoresponse.action.Found;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.FalcoAlerts;
import dev.falcoresponse.event.PodReference;
import dev.falcoresponse.event.ReceivedEvent;
import dev.falcoresponse.event.UnreadableException;
import dev.falcoresponse.settings.Proof;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;

/** Whatever an alert says, a change needs the pod's uid or the id of one of its containers. */
class IdentityFuzzTest {
    private static final String UID = "5d0ae8a6-6f0f-4b06-8c0f-9d1f3b7d2c11";
    private static final String CONTAINER = "3ad7b26ded6d4e1a7b3c9f0e5d2a8b6c4f1e0d9c8b7a6f5e4d3c2b1a0f9e8d7c";
    private static final PodIdentity IDENTITY =
            new PodIdentity(Proof.PROVEN, Duration.ofMinutes(5), InstantSource.system());

    private static final Pod POD = new PodBuilder()
            .withNewMetadata()
            .withNamespace("shop")
            .withName("web-0")
            .withUid(UID)
            .withCreationTimestamp("2020-01-01T00:00:00Z")
            .endMetadata()
            .withNewStatus()
            .addNewContainerStatus()
            .withContainerID("containerd://" + CONTAINER)
            .endContainerStatus()
            .endStatus()
            .build();

    @FuzzTest
    void noPodIsTakenForAnother(byte[] bytes) {
        Alert alert;
        try {
            alert = FalcoAlerts.read(new ReceivedEvent(Map.of("id", "1", "type", FalcoAlerts.TYPE), bytes));
        } catch (UnreadableException e) {
            assertThat(String.valueOf(e.getMessage()).getBytes(UTF_8).length).isBetween(1, 2000);
            return;
        }
        PodReference named = alert.pod();
        if (IDENTITY.prove(alert, POD, Effect.CHANGE) instanceof Found.Proven<Pod> proven) {
            boolean fits = switch (proven.identity()) {
                case UID -> named.uid().equals(UID);
                case CONTAINER ->
                    named.uid().isEmpty()
                            && named.containerId().length() >= 12
                            && CONTAINER.startsWith(named.containerId());
                case AGE, NAME -> false;
            };
            assertThat(fits)
                    .as("%s by uid %s, container %s", proven.identity(), named.uid(), named.containerId())
                    .isTrue();
        }
    }
}
