package dev.falcoresponse.isolatenetwork;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What policies together let through; written in YAML, as people write them. */
final class UnlimitedTrafficTest {
    private static NetworkPolicy policy(String from) {
        return Serialization.unmarshal(
                "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nspec: {policyTypes: [Ingress, Egress], ingress: ["
                        + from + "], egress: [" + from.replace("from:", "to:") + "]}",
                NetworkPolicy.class);
    }

    private static Pod pod(String... addresses) {
        return new PodBuilder()
                .withNewStatus()
                .withPodIPs(Stream.of(addresses).map(PodIP::new).toList())
                .endStatus()
                .build();
    }

    private static boolean isUnlimited(Pod pod, String... rules) {
        List<NetworkPolicy> policies =
                Stream.of(rules).map(UnlimitedTrafficTest::policy).toList();
        boolean in = UnlimitedTraffic.isIn(policies, pod);
        assertThat(UnlimitedTraffic.isOut(policies, pod)).isEqualTo(in);
        return in;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}",
                "{from: [{ipBlock: {cidr: 0.0.0.0/1}}, {ipBlock: {cidr: 128.0.0.0/1}}]}",
                "{from: [{ipBlock: {cidr: 0.0.0.0/0}}, {ipBlock: {cidr: '::/0'}}, {namespaceSelector: {}}]}",
                "{ports: [{protocol: TCP}, {protocol: UDP}, {protocol: SCTP}]}",
                "{ports: [{protocol: TCP, port: 1, endPort: 65535}, {protocol: UDP, port: 1, endPort: 65535}]}"
            })
    void thatIsEverything(String rule) {
        assertThat(isUnlimited(pod("10.0.0.7"), rule)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}",
                "{from: [{ipBlock: {cidr: 0.0.0.0/1}}]}",
                "{from: [{namespaceSelector: {}}]}",
                "{ports: [{protocol: TCP}]}",
                "{ports: [{protocol: TCP, port: 1, endPort: 1024}, {protocol: UDP}]}",
                "{from: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{protocol: TCP, port: 443}]}"
            })
    void thatIsNot(String rule) {
        assertThat(isUnlimited(pod("10.0.0.7"), rule)).isFalse();
    }

    @Test
    void severalPoliciesAddUp() {
        assertThat(isUnlimited(
                        pod("10.0.0.7"),
                        "{from: [{ipBlock: {cidr: 0.0.0.0/1}}]}",
                        "{from: [{ipBlock: {cidr: 128.0.0.0/1}}]}"))
                .isTrue();
    }

    @Test
    void eachFamilyOfThePodCounts() {
        String v4 = "{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}";
        assertThat(isUnlimited(pod("10.0.0.7", "fd00::7"), v4)).isFalse();
        assertThat(isUnlimited(pod("10.0.0.7", "fd00::7"), v4, "{from: [{ipBlock: {cidr: '::/0'}}]}"))
                .isTrue();
    }

    @Test
    void withoutPoliciesNothingIsGoverned() {
        assertThat(UnlimitedTraffic.isIn(List.of(), pod("10.0.0.7"))).isFalse();
    }
}
