package dev.falcoresponse.isolatenetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import dev.falcoresponse.isolatenetwork.Reachability.End;
import dev.falcoresponse.testing.ApiProxy;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.ServiceAccountAccess;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.ThisFunction;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.restassured.response.ValidatableResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Only the remote address of the alert is blocked, and the pod keeps serving. */
@NeedsKubeApiServer
class AddressIT {
    private static final String POD_IP = "10.88.0.17";
    private static final String POD_IP_V6 = "fd00:88::17";

    private static KubeApiServer server;
    private static KubeAccess access;
    private static FunctionProcess function;
    private Shop shop;
    private Pod pod;

    @BeforeAll
    static void start(KubeApiServer apiServer) {
        server = apiServer;
        access = ThisFunction.access(server);
        ServiceAccountAccess.apply(
                server.client(),
                ThisFunction.MANIFESTS.resolveSibling("components").resolve("isolate-address/rbac.yaml"));
        function = fresh();
        function.awaitReady();
    }

    private static FunctionProcess fresh() {
        return ThisFunction.acting(access, Map.of("ISOLATE_NETWORK_SCOPE", "address"));
    }

    @AfterAll
    static void stop() {
        function.close();
    }

    @BeforeEach
    void newShop() {
        shop = new Shop(server);
        pod = withAddresses(shop.deployed());
    }

    private Pod withAddresses(Pod without) {
        return shop.client
                .resource(new PodBuilder(without)
                        .editStatus()
                        .withPodIP(POD_IP)
                        .withPodIPs(new PodIP(POD_IP), new PodIP(POD_IP_V6))
                        .endStatus()
                        .build())
                .updateStatus();
    }

    private ValidatableResponse send(Map<String, String> fields) {
        return send(function, fields);
    }

    private ValidatableResponse send(FunctionProcess receiver, Map<String, String> fields) {
        RecordedAlert alert =
                RecordedAlert.shellIn(pod).with("uuid", UUID.randomUUID().toString());
        for (Map.Entry<String, String> field : fields.entrySet()) {
            alert = alert.withField(field.getKey(), field.getValue());
        }
        return Send.BINARY.to(receiver.uri(), alert).then();
    }

    private ValidatableResponse block(Map<String, String> fields) {
        return send(fields).statusCode(200).body("outcome", equalTo("acted"), "reason", equalTo("address-blocked"));
    }

    private void assertOnlyCutOffFrom(String... addresses) {
        Reachability reachability = shop.reachability(pod);
        assertThat(List.of(addresses))
                .extracting(End.Outside::new)
                .noneMatch(reachability::isReachedFrom)
                .noneMatch(reachability::reaches);
        assertThat(shop.everyone()).allMatch(reachability::isReachedFrom).allMatch(reachability::reaches);
    }

    @ParameterizedTest
    @CsvSource({
        "fd.rip, 203.0.113.9, 203.0.113.9",
        "fd.sip, 203.0.113.9, 203.0.113.9",
        "fd.name, 10.88.0.17:41234->203.0.113.9:443, 203.0.113.9",
        "fd.name, 203.0.113.9:5555->10.88.0.17:80, 203.0.113.9",
        "fd.rip, 2001:db8:1::9, 2001:db8:1::9",
        "fd.rip, 2001:0DB8:1:0:0:0:0:9, 2001:db8:1::9",
        "fd.name, fd00:88::17:41234->2001:db8:1::9:443, 2001:db8:1::9",
        "fd.name, 2001:db8:1::9:5555->fd00:88::17:80, 2001:db8:1::9",
        "fd.rip, ::ffff:203.0.113.9, 203.0.113.9"
    })
    void theRemoteEndIsCutOffWhicheverItIs(String field, String value, String address) {
        block(Map.of(field, value)).body("details.address", equalTo(address));

        assertOnlyCutOffFrom(address);
        assertThat(shop.labels(pod)).containsAllEntriesOf(Shop.LABELS);
    }

    @Test
    void whenThePodIsTheServerTheClientIsTheRemoteEnd() {
        block(Map.of("fd.sip", POD_IP, "fd.name", "203.0.113.9:5555->" + POD_IP + ":80"))
                .body("details.address", equalTo("203.0.113.9"));
    }

    @Test
    void severalAlertsExtendTheExceptions() {
        block(Map.of("fd.rip", "203.0.113.9"));
        block(Map.of("fd.rip", "203.0.113.10"));
        block(Map.of("fd.rip", "2001:db8:1::9"))
                .body("details.addresses", equalTo(List.of("2001:db8:1::9/128", "203.0.113.10/32", "203.0.113.9/32")));

        assertOnlyCutOffFrom("203.0.113.9", "203.0.113.10", "2001:db8:1::9");
    }

    @Test
    void alertsAtTheSameTimeLoseNoException() {
        List<String> addresses =
                IntStream.range(1, 5).mapToObj(i -> "203.0.113." + i).toList();

        addresses.parallelStream().forEach(address -> block(Map.of("fd.rip", address)));

        assertOnlyCutOffFrom(addresses.toArray(String[]::new));
    }

    @Test
    void theSameAddressOnceMoreIsDoneAlready() {
        block(Map.of("fd.rip", "203.0.113.9"));

        send(Map.of("fd.rip", "203.0.113.9")).statusCode(200).body("reason", equalTo("already-done"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<NA>", "/etc/shadow", "localhost", "127.0.0.1", "0.0.0.0", "1.2", "999.1.1.1", POD_IP})
    void withoutARemoteAddressThereIsNothingToCut(String address) {
        send(Map.of("fd.rip", address))
                .statusCode(200)
                .body("outcome", equalTo("skipped"), "reason", equalTo("not-found"))
                .body("message", containsString("names no remote address"));
        assertThat(shop.policies()).isEmpty();
    }

    @Test
    void anotherPodsAddressIsInside() {
        Pod other = TestPods.create(shop.client, shop.namespace, "other");
        shop.client
                .resource(new PodBuilder(other)
                        .editStatus()
                        .withPodIP("10.88.0.18")
                        .withPodIPs(new PodIP("10.88.0.18"))
                        .endStatus()
                        .build())
                .updateStatus();

        assertInside("10.88.0.18", "pod " + shop.namespace + "/other's");
    }

    @Test
    void aServicesAddressIsInside() {
        String address = shop.client
                .services()
                .inNamespace(shop.namespace)
                .withName("web")
                .get()
                .getSpec()
                .getClusterIP();

        assertInside(address, "Service " + shop.namespace + "/web's");
    }

    @Test
    void aNodesAddressAndItsPodsAreInside() {
        String name = "node-" + shop.namespace;
        shop.client
                .resource(new NodeBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withPodCIDR("10.99.1.0/24")
                        .withPodCIDRs("10.99.1.0/24", "fd00:99:1::/64")
                        .endSpec()
                        .build())
                .create();

        assertInside("10.99.1.77", "node " + name);
        assertInside("fd00:99:1::77", "node " + name);
        shop.client.nodes().withName(name).delete();
    }

    private void assertInside(String address, String whose) {
        // the addresses of nodes and Services are cached
        try (FunctionProcess fresh = fresh()) {
            send(fresh, Map.of("fd.rip", address))
                    .statusCode(200)
                    .body("outcome", equalTo("skipped"), "message", containsString("inside the cluster, " + whose));
        }
        assertThat(shop.policyOf(pod)).isEmpty();
    }

    /** A policy that allows all addresses but one would open what other policies close. */
    @Test
    void whatOthersKeepClosedIsNotOpened() {
        closed("Egress");

        block(Map.of("fd.rip", "203.0.113.9"))
                .body("details.directions", equalTo(List.of("Ingress")))
                .body(
                        "message",
                        containsString("Blocked 203.0.113.9 for connections to the pod (the other direction is governed"
                                + " by NetworkPolicies of others)"))
                .body("details.stillAllowedBy", equalTo(List.of()));

        Reachability reachability = shop.reachability(pod);
        assertThat(shop.everyone()).noneMatch(reachability::reaches).allMatch(reachability::isReachedFrom);
        assertThat(reachability.isReachedFrom(new End.Outside("203.0.113.9"))).isFalse();
    }

    @Test
    void whatOthersKeepClosedBothWaysIsDoneAlready() {
        closed("Ingress", "Egress");

        send(Map.of("fd.rip", "203.0.113.9")).body("reason", equalTo("already-done"));
        assertThat(shop.policies()).hasSize(1);
    }

    @Test
    void whatOthersLetThroughCannotBeCutAndIsNoSuccess() {
        shop.allowAll("open-to-all", Shop.everyPod());

        send(Map.of("fd.rip", "203.0.113.9"))
                .statusCode(503)
                .body("outcome", equalTo("failed"), "reason", equalTo("conflict"))
                .body("detail", containsString("open-to-all"));
        assertThat(shop.policies()).hasSize(1);
    }

    @Test
    void whenOthersLetItThroughLaterEarlierBlocksAreTakenBackAndNoMarkIsLeft() {
        block(Map.of("fd.rip", "203.0.113.9")).body("message", containsString("Blocked 203.0.113.9 both ways"));
        shop.allowAll("open-to-all", Shop.everyPod());

        send(Map.of("fd.rip", "203.0.113.10"))
                .statusCode(503)
                .body("reason", equalTo("conflict"))
                .body("detail", containsString("earlier blocks were taken back: 203.0.113.9/32"));

        assertThat(shop.policies()).hasSize(1);
        assertNoMarks();
    }

    private void assertNoMarks() {
        Pod now = shop.client.resource(pod).get();
        assertThat(now.getMetadata().getLabels())
                .containsAllEntriesOf(Shop.LABELS)
                .doesNotContainKey("falco-response/quarantine");
        assertThat(now.getMetadata().getAnnotations()).isNullOrEmpty();
    }

    /** What our policy allows must not weaken a policy that somebody adds later, also when no further alert comes. */
    @Test
    void theClockTakesBackWhatOthersHaveClosedSince() {
        block(Map.of("fd.rip", "203.0.113.9"));
        closed("Ingress");

        tick().body("reason", equalTo("address-blocked"));

        Reachability reachability = shop.reachability(pod);
        assertThat(shop.everyone()).noneMatch(reachability::isReachedFrom).allMatch(reachability::reaches);
        assertThat(reachability.reaches(new End.Outside("203.0.113.9"))).isFalse();
    }

    @Test
    void whereOthersHaveClosedBothWaysTheClockLeavesNothingOfOurs() {
        block(Map.of("fd.rip", "203.0.113.9"));
        closed("Ingress", "Egress");

        tick().body("reason", equalTo("released"), "details.objects", hasItem(containsString("acted/released")));

        assertThat(shop.policies()).hasSize(1);
        assertNoMarks();
    }

    @Test
    void whenOthersOpenADirectionTheClockBlocksTheAddressInIt() {
        closed("Egress");
        block(Map.of("fd.rip", "203.0.113.9")).body("details.directions", equalTo(List.of("Ingress")));
        shop.client
                .network()
                .v1()
                .networkPolicies()
                .inNamespace(shop.namespace)
                .withName("closed")
                .delete();

        tick();

        assertOnlyCutOffFrom("203.0.113.9");
    }

    private static ValidatableResponse tick() {
        return Send.event(function.uri(), "dev.knative.sources.ping", "{}")
                .then()
                .statusCode(200);
    }

    @Test
    void addressesOfANodesInterfacesThatAnnotationsTellAreInside() {
        Node node = shop.client
                .resource(new NodeBuilder()
                        .withNewMetadata()
                        .withName("bridged-" + shop.namespace)
                        .addToAnnotations("projectcalico.org/IPv4IPIPTunnelAddr", "198.18.0.1")
                        .addToAnnotations("projectcalico.org/IPv4Address", "198.18.0.2/24")
                        .endMetadata()
                        .build())
                .create();
        try {
            assertInside("198.18.0.1", "node bridged-");
            assertInside("198.18.0.2", "node bridged-");
        } finally {
            shop.client.resource(node).delete();
        }
    }

    private void closed(String... types) {
        shop.client
                .resource(new NetworkPolicyBuilder()
                        .withNewMetadata()
                        .withNamespace(shop.namespace)
                        .withName("closed")
                        .endMetadata()
                        .withNewSpec()
                        .withPodSelector(Shop.everyPod())
                        .withPolicyTypes(types)
                        .endSpec()
                        .build())
                .create();
    }

    @Test
    void aPreviewChangesNothing() {
        Map<String, String> settings = new HashMap<>(Map.of("ISOLATE_NETWORK_SCOPE", "address"));
        try (FunctionProcess previewing =
                FunctionProcess.start(ThisFunction.TARGET, ThisFunction.access(server), settings)) {
            Send.BINARY
                    .to(previewing.uri(), RecordedAlert.shellIn(pod).withField("fd.rip", "203.0.113.9"))
                    .then()
                    .statusCode(200)
                    .body("outcome", equalTo("previewed"), "message", containsString("Would block 203.0.113.9"));
        }
        assertThat(shop.policies()).isEmpty();
    }

    @Test
    void cutOffAsAWholeAfterwardsNothingStaysOpen() {
        block(Map.of("fd.rip", "203.0.113.9"));
        try (FunctionProcess whole = ThisFunction.acting(ThisFunction.access(server), Map.of())) {
            Send.BINARY
                    .to(whole.uri(), RecordedAlert.shellIn(pod))
                    .then()
                    .statusCode(200)
                    .body("reason", equalTo("isolated"), "details.stillAllowedBy", equalTo(List.of()));
        }
        Reachability reachability = shop.reachability(pod);
        assertThat(shop.everyone()).noneMatch(reachability::isReachedFrom).noneMatch(reachability::reaches);

        send(Map.of("fd.rip", "203.0.113.11")).body("reason", equalTo("already-done"));
    }

    @Test
    void whatOthersCloseAfterwardsIsNotKeptOpenByOurPolicy() {
        block(Map.of("fd.rip", "203.0.113.9"));
        closed("Ingress", "Egress");

        block(Map.of("fd.rip", "203.0.113.10"));

        assertThat(shop.policies()).hasSize(1);
        Reachability reachability = shop.reachability(pod);
        assertThat(shop.everyone()).noneMatch(reachability::isReachedFrom).noneMatch(reachability::reaches);
    }

    @Test
    void aPolicyThatSomeoneOpenedIsClosedAgain() {
        block(Map.of("fd.rip", "203.0.113.9"));
        NetworkPolicy opened = new NetworkPolicyBuilder(shop.policies().getFirst())
                .editSpec()
                .addNewEgress()
                .endEgress()
                .endSpec()
                .build();
        shop.client.resource(opened).update();
        try (FunctionProcess fresh = ThisFunction.acting(
                ThisFunction.access(server), Map.of("ISOLATE_NETWORK_SCOPE", "address", "RESPONSE_COOLDOWN", "0s"))) {
            Send.BINARY
                    .to(fresh.uri(), RecordedAlert.shellIn(pod).withField("fd.rip", "203.0.113.9"))
                    .then()
                    .body("reason", equalTo("address-blocked"));
        }
        assertOnlyCutOffFrom("203.0.113.9");
    }

    @Test
    void cutOffBeforeTheAddressesPolicyIsGoneAndRepeatedItIsGone() {
        block(Map.of("fd.rip", "203.0.113.9"));
        ApiProxy.Fault undeletable = call -> call.method().equals("DELETE")
                ? Optional.of(new ApiProxy.Answer(500, Map.of(), "{}"))
                : Optional.empty();
        try (ApiProxy proxy = ApiProxy.before(ThisFunction.access(server), undeletable);
                FunctionProcess half = ThisFunction.acting(proxy.access(), Map.of())) {
            Send.BINARY.to(half.uri(), RecordedAlert.shellIn(pod)).then().statusCode(503);
        }
        try (FunctionProcess whole = ThisFunction.acting(ThisFunction.access(server), Map.of())) {
            Send.BINARY.to(whole.uri(), RecordedAlert.shellIn(pod)).then().body("reason", equalTo("isolated"));
        }
        assertThat(shop.policies()).hasSize(1);
    }
}
