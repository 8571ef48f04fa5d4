package dev.falcoresponse.isolatenetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each setting of the action has its default, and refuses wrong values. */
class IsolateNetworkSettingsTest {
    private static IsolateNetworkSettings read(Map<String, String> properties) {
        return new SmallRyeConfigBuilder()
                .withMapping(IsolateNetworkSettings.class)
                .withSources(new PropertiesConfigSource(properties, "operator", 500))
                .build()
                .getConfigMapping(IsolateNetworkSettings.class);
    }

    @Test
    void theDefaultsAreThoseOfTheContract() {
        IsolateNetworkSettings settings = read(Map.of());

        assertThat(settings.scope()).isEqualTo(IsolateNetworkSettings.Scope.POD);
        assertThat(settings.detach()).isTrue();
        assertThat(settings.allowDns()).isFalse();
        assertThat(settings.expiresAfter()).isEmpty();
        assertThat(AllowedTraffic.of(settings)).isEqualTo(new AllowedTraffic(List.of(), List.of(), false));
    }

    @Test
    void theBitsBehindTheLengthOfARangeAreDropped() {
        AllowedTraffic allowed =
                AllowedTraffic.of(read(Map.of("isolate-network.allow-cidrs", "10.1.2.3/8, 2001:db8::1/32")));

        assertThat(allowed.cidrs()).containsExactly("10.0.0.0/8", "2001:db8::/32");
    }

    @ParameterizedTest
    @CsvSource({"cilium", "calico", "admin"})
    void withAddressScopeOnlyPlainPoliciesArePossible(String kind) {
        IsolateNetworkSettings settings =
                read(Map.of("isolate-network.scope", "address", "isolate-network.policy-kind", kind));

        assertThatThrownBy(() -> AllowedTraffic.of(settings))
                .hasMessageContaining("with ISOLATE_NETWORK_SCOPE=address only kubernetes is possible");
    }

    @Test
    void withAddressScopeNothingElseNeedsToBeAllowed() {
        IsolateNetworkSettings settings =
                read(Map.of("isolate-network.scope", "address", "isolate-network.allow-dns", "true"));

        assertThatThrownBy(() -> AllowedTraffic.of(settings))
                .hasMessageContaining("ISOLATE_NETWORK_ALLOW_* has no effect with ISOLATE_NETWORK_SCOPE=address");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "isolate-network.scope            | node        | it is none of pod, address",
                "isolate-network.detach           | yes         | it is neither true nor false",
                "isolate-network.allow-cidrs      | 10.0.0.0/33 | \"10.0.0.0/33\" is no range of addresses",
                "isolate-network.allow-cidrs      | host/8      | \"host/8\" is no range of addresses",
                "isolate-network.allow-namespaces | A_b         | \"A_b\" is not a namespace",
                "isolate-network.expires-after    | soon        | it is no duration",
                "isolate-network.policy-kind      | iptables    | it is none of kubernetes, cilium, calico, admin"
            })
    void aWrongValueIsRefused(String name, String value, String why) {
        assertThatThrownBy(() -> read(Map.of(name, value)))
                .isInstanceOf(ConfigValidationException.class)
                .hasMessageContaining(name)
                .hasMessageContaining(why);
    }
}
