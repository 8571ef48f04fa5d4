package dev.falcoresponse.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SystemIdentityTest {
    private final SystemIdentity system = new SystemIdentity("responses");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "system:admin",
                "system:anonymous",
                "system:apiserver",
                "system:kube-scheduler",
                "system:node:worker-1",
                "system:serviceaccount:",
                "system:serviceaccount:shop",
                "system:serviceaccount:kube-system:namespace-controller",
                "system:serviceaccount:kube-flannel:flannel",
                "system:serviceaccount:responses:delete-pod"
            })
    void whatAClusterOrTheResponseNeedsIsNeverRestricted(String name) {
        assertThat(system.refusal(name, List.of()))
                .hasValueSatisfying(
                        refused -> assertThat(refused.reason().text()).isEqualTo("system-identity"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"alice", "system-admin@example.com", "system:serviceaccount:shop:api", "kube-admin"})
    void othersCanBeRestricted(String name) {
        assertThat(system.refusal(name, List.of("system:authenticated"))).isEmpty();
    }

    @Test
    void membersOfTheMastersCannot() {
        assertThat(system.refusal("alice", List.of("dev", "system:masters"))).isPresent();
    }
}
