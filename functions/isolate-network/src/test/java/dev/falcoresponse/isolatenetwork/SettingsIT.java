package dev.falcoresponse.isolatenetwork;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.ThisFunction;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A wrong setting stops the start with a sentence that names it. */
class SettingsIT {
    private static final KubeAccess NOWHERE = new KubeAccess("http://127.0.0.1:9", "", "none");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ISOLATE_NETWORK_SCOPE         | node        | it is none of pod, address",
                "ISOLATE_NETWORK_DETACH        | yes         | it is neither true nor false",
                "ISOLATE_NETWORK_ALLOW_CIDRS   | 10.0.0.0/33 | \"10.0.0.0/33\" is no range of addresses",
                "ISOLATE_NETWORK_ALLOW_CIDRS   | host/8      | \"host/8\" is no range of addresses",
                "ISOLATE_NETWORK_ALLOW_NAMESPACES | A_b      | \"A_b\" is not a namespace",
                "ISOLATE_NETWORK_EXPIRES_AFTER | soon        | it is no length of time",
                "ISOLATE_NETWORK_POLICY_KIND   | iptables    | it is none of kubernetes, cilium, calico, admin",
                "ISOLATE_NETWORK_ALOW_DNS      | true        | There is no setting ISOLATE_NETWORK_ALOW_DNS"
            })
    void isRefused(String name, String value, String sentence) {
        assertThat(FunctionProcess.failToStart(ThisFunction.TARGET, NOWHERE, Map.of(name, value)))
                .contains(name)
                .contains(sentence);
    }

    @ParameterizedTest
    @CsvSource({"cilium", "calico", "admin"})
    void addressesAreCutByPlainPoliciesAlone(String kind) {
        Map<String, String> settings = Map.of("ISOLATE_NETWORK_SCOPE", "address", "ISOLATE_NETWORK_POLICY_KIND", kind);

        assertThat(FunctionProcess.failToStart(ThisFunction.TARGET, NOWHERE, settings))
                .contains("with ISOLATE_NETWORK_SCOPE=address only kubernetes is possible");
    }

    @Test
    void whatHasNoEffectIsRefused() {
        Map<String, String> settings = Map.of("ISOLATE_NETWORK_SCOPE", "address", "ISOLATE_NETWORK_ALLOW_DNS", "true");

        assertThat(FunctionProcess.failToStart(ThisFunction.TARGET, NOWHERE, settings))
                .contains("ISOLATE_NETWORK_ALLOW_* has no effect with ISOLATE_NETWORK_SCOPE=address");
    }
}
