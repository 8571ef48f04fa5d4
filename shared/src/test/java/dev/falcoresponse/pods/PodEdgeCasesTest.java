package dev.falcoresponse.pods;

import static dev.falcoresponse.event.SampleAlert.TIME;
import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.action.Found.Missing;
import dev.falcoresponse.event.SampleAlert;
import dev.falcoresponse.settings.Namespaces;
import dev.falcoresponse.settings.ResponseSettings;
import dev.falcoresponse.settings.Self;
import dev.falcoresponse.settings.TestSettings;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

/** Edge cases of identity and guards. */
final class PodEdgeCasesTest {
    @Test
    void aConfigHashCountsOnAMirrorOnly() {
        Pod pod = SamplePods.web0()
                .editMetadata()
                .addToAnnotations("kubernetes.io/config.hash", "old-uid")
                .endMetadata()
                .build();

        assertThat(PodIdentity.byUid("old-uid", pod)).isInstanceOf(Missing.class);
    }

    @Test
    void anAlertThatWaitedInTheBrokerDoesNotBlameTheNodesClock() {
        ResponseSettings settings = TestSettings.of();
        AlertGuards guards = new AlertGuards(
                settings, Namespaces.of(settings, new Self("", "")), InstantSource.fixed(TIME.plusSeconds(3600)));
        SampleAlert punctual =
                SampleAlert.about("shop", "web-0").attribute("knativearrivaltime", "2026-11-26T07:00:00.2Z");

        assertThat(guards.stale(punctual.read()).orElseThrow().message()).doesNotContain("clock");
    }
}
