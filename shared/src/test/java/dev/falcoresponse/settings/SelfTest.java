package dev.falcoresponse.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class SelfTest {
    @Test
    void aPodIsThisOneByNamespaceAndName() {
        Self self = new Self("tools", "label-pod-0");

        assertThat(self.is("tools", "label-pod-0")).isTrue();
        assertThat(self.is("shop", "label-pod-0")).isFalse();
        assertThat(self.is("tools", "web-0")).isFalse();
    }

    @Test
    void withoutANamespaceTheNameDecides() {
        assertThat(new Self("", "label-pod-0").is("shop", "label-pod-0")).isTrue();
    }

    @Test
    void aHostNameThatTheKubeletCutMayBeThisPod() {
        String cut = "label-pod-" + "a".repeat(53);
        Self self = new Self("tools", cut);

        assertThat(self.is("tools", cut + "bcd-12345")).isTrue();
        assertThat(self.is("shop", cut + "bcd-12345")).isFalse();
        assertThat(new Self("tools", "label-pod").is("tools", "label-pod-0")).isFalse();
    }

    @Test
    void theDownwardApiComesFirst() {
        assertThat(Self.read(Map.of("POD_NAMESPACE", "tools", "POD_NAME", "label-pod-0", "HOSTNAME", "x")))
                .isEqualTo(new Self("tools", "label-pod-0"));
        assertThat(Self.read(Map.of("POD_NAMESPACE", "tools", "HOSTNAME", "x"))).isEqualTo(new Self("tools", "x"));
        assertThat(Self.read(Map.of("POD_NAMESPACE", "tools")).is("tools", "web-0"))
                .isFalse();
    }
}
