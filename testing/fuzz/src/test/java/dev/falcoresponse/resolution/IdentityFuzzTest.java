package dev.falcoresponse.resolution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.Delivery;
import dev.falcoresponse.event.Delivery.Form;
import dev.falcoresponse.event.EventReader;
import dev.falcoresponse.event.EventReader.Taken;
import dev.falcoresponse.event.PodReference;
import dev.falcoresponse.event.UnreadableException;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;

/** Whatever an alert says, a pod is the one that alerted only by its uid or the id of one of its containers, if it tells any. */
class IdentityFuzzTest {
    private static final String UID = "5d0ae8a6-6f0f-4b06-8c0f-9d1f3b7d2c11";
    private static final String CONTAINER = "3ad7b26ded6d4e1a7b3c9f0e5d2a8b6c4f1e0d9c8b7a6f5e4d3c2b1a0f9e8d7c";
    private static final EventReader READER =
            new EventReader(new Taken("delete-pod", true, true, Set.of(), Set.of()), InstantSource.system());

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
            alert = READER.read(new Delivery(Form.PLAIN, Map.of(), bytes));
        } catch (UnreadableException e) {
            assertThat(String.valueOf(e.getMessage()).getBytes(UTF_8).length).isBetween(1, 2000);
            return;
        }
        PodReference named = alert.pod();
        if (Identity.difference(alert, POD).isEmpty()) {
            assertThat(named.uid().equals(UID)
                            || (named.uid().isEmpty()
                                    && (named.containerId().isEmpty()
                                            || (named.containerId().length() >= 12
                                                    && CONTAINER.startsWith(named.containerId())))))
                    .as("uid %s, container %s", named.uid(), named.containerId())
                    .isTrue();
        }
    }
}
