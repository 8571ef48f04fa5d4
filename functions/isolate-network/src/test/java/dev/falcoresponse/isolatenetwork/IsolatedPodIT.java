package dev.falcoresponse.isolatenetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.ServiceAccountAccess;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.ThisFunction;
import dev.falcoresponse.testing.Waiting;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.restassured.response.ValidatableResponse;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Exactly the alert's pod is isolated, both ways, and the answer is true. */
@NeedsKubeApiServer
class IsolatedPodIT {
    private static KubeApiServer server;
    private static KubeAccess access;
    private static FunctionProcess function;
    private Shop shop;

    @BeforeAll
    static void start(KubeApiServer apiServer) {
        server = apiServer;
        access = ThisFunction.access(server);
        ServiceAccountAccess.apply(server.client(), ThisFunction.MANIFESTS.resolve("fence.yaml"));
        function = ThisFunction.acting(access, Map.of("RESPONSE_COOLDOWN", "0s"));
    }

    @AfterAll
    static void stop() {
        function.close();
    }

    @BeforeEach
    void newShop() {
        shop = new Shop(server);
    }

    private ValidatableResponse send(Pod pod) {
        TestPods.awaitCached(shop.client, pod);
        return Send.BINARY.to(function.uri(), RecordedAlert.shellIn(pod)).then();
    }

    private ValidatableResponse isolate(Pod pod) {
        return send(pod).statusCode(200).body("outcome", equalTo("acted"), "reason", equalTo("isolated"));
    }

    private static String uid(Pod pod) {
        return pod.getMetadata().getUid();
    }

    private void assertCutOff(Pod pod) {
        Reachability reachability = shop.reachability(pod);
        assertThat(shop.everyone()).noneMatch(reachability::isReachedFrom).noneMatch(reachability::reaches);
    }

    @Test
    void aDeploymentsPodLosesTheLabelsByWhichItIsKnownAndNoOther() {
        Pod pod = shop.deployed();

        isolate(pod)
                .body(
                        "details.detached",
                        equalTo(true),
                        "details.removedLabels",
                        equalTo(Shop.LABELS),
                        "details.stillAllowedBy",
                        equalTo(List.of()),
                        "owner",
                        equalTo("ReplicaSet/web-7c5d"),
                        "message",
                        containsString("ReplicaSet web-7c5d starts a replacement"));

        assertThat(shop.labels(pod)).isEqualTo(Map.of("team", "till", "falco-response/quarantine", uid(pod)));
        assertCutOff(pod);
    }

    @Test
    void theAlertAndTheLabelsAreKeptOnThePod() {
        Pod pod = shop.deployed();
        RecordedAlert alert = RecordedAlert.shellIn(pod);

        Send.BINARY.to(function.uri(), alert).then().statusCode(200);

        assertThat(shop.annotations(pod))
                .containsEntry("falco-response/rule", "Terminal shell in container")
                .containsEntry("falco-response/event-id", alert.member("uuid"))
                .containsEntry("falco-response/original-labels", "{\"app\":\"web\",\"pod-template-hash\":\"7c5d\"}")
                .containsEntry("falco-response/owner", "ReplicaSet/web-7c5d")
                .containsKey("falco-response/event-time")
                .doesNotContainKey("falco-response/expires-at");
    }

    @Test
    void thePolicyIsForThisPodAloneAndGoesWithIt() {
        Pod pod = shop.deployed();

        isolate(pod);

        NetworkPolicy policy = shop.policyOf(pod).orElseThrow();
        assertThat(policy.getSpec().getPodSelector().getMatchLabels())
                .isEqualTo(Map.of("falco-response/quarantine", uid(pod)));
        assertThat(policy.getSpec().getPolicyTypes()).containsExactly("Ingress", "Egress");
        assertThat(policy.getSpec().getIngress()).isEmpty();
        assertThat(policy.getSpec().getEgress()).isEmpty();
        assertThat(policy.getMetadata().getOwnerReferences()).singleElement().satisfies(owner -> {
            assertThat(owner.getKind()).isEqualTo("Pod");
            assertThat(owner.getUid()).isEqualTo(uid(pod));
        });
        assertThat(policy.getMetadata().getManagedFields())
                .extracting(entry -> entry.getManager() + " " + entry.getOperation())
                .containsExactly("falco-response-isolate-network Apply");
    }

    @Test
    void aSecondAlertFindsItDone() {
        Pod pod = shop.deployed();
        isolate(pod);
        String version = shop.now(pod).getMetadata().getResourceVersion();

        send(pod).statusCode(200).body("outcome", equalTo("skipped"), "reason", equalTo("already-done"));

        assertThat(shop.now(pod).getMetadata().getResourceVersion()).isEqualTo(version);
    }

    @Test
    void aStatefulSetsPodKeepsItsLabelsAndIsCutOffInPlace() {
        Pod pod =
                TestPods.create(shop.client, shop.namespace, "db-0", TestPods.ownedBy("apps/v1", "StatefulSet", "db"));

        isolate(pod)
                .body(
                        "details.detached",
                        equalTo(false),
                        "details.removedLabels",
                        equalTo(Map.of()),
                        "message",
                        containsString("it keeps its labels, since its StatefulSet db could not replace it"));

        assertThat(shop.labels(pod)).isEqualTo(Map.of("app", "web", "falco-response/quarantine", uid(pod)));
        assertCutOff(pod);
    }

    @Test
    void aControllerThatNobodyKnowsIsNotTrustedToReplaceAPod() {
        Pod pod = TestPods.create(
                shop.client, shop.namespace, "vm-0", TestPods.ownedBy("kubevirt.io/v1", "VirtualMachine", "vm"));

        isolate(pod).body("details.detached", equalTo(false));
        assertCutOff(pod);
    }

    @Test
    void aBarePodIsDetachedAndTheConsequenceSaid() {
        shop.service(Map.of("app", "web"));
        Pod pod = TestPods.create(shop.client, shop.namespace, "bare");

        isolate(pod)
                .body(
                        "details.removedLabels",
                        equalTo(Map.of("app", "web")),
                        "details.consequence",
                        containsString("nothing replaces it"),
                        "message",
                        containsString("nothing replaces it"));
        assertCutOff(pod);
    }

    @Test
    void aControllerThatIsGoneIsSaid() {
        Pod pod = TestPods.create(
                shop.client, shop.namespace, "batch-q7d2x", TestPods.ownedBy("batch/v1", "Job", "batch"));

        isolate(pod).body("message", containsString("Job batch is gone, and nothing replaces it"));
    }

    @Test
    void aPodOfADaemonSetIsDeniedByDefault() {
        Pod pod = TestPods.create(
                shop.client, shop.namespace, "agent-1", TestPods.ownedBy("apps/v1", "DaemonSet", "agent"));

        send(pod).statusCode(200).body("outcome", equalTo("denied"), "reason", equalTo("owner-kind"));
        assertThat(shop.policies()).isEmpty();
    }

    @Test
    void aPodInItsNodesNetworkIsDenied() {
        Pod pod = TestPods.create(
                shop.client,
                shop.namespace,
                "host-1",
                each -> each.editSpec().withHostNetwork(true).endSpec());

        send(pod).statusCode(200).body("outcome", equalTo("denied"), "reason", equalTo("host-network"));
        assertThat(shop.policies()).isEmpty();
    }

    @Test
    void policiesThatSelectByLabelLetGoOfIt() {
        shop.allowAll("open-web", Shop.label("app", "web"));
        shop.allowAll("open-team", Shop.label("team", "till"));
        Pod pod = shop.deployed();

        isolate(pod).body("details.stillAllowedBy", equalTo(List.of())).body("details.removedLabels", hasKey("team"));
        assertCutOff(pod);
    }

    @Test
    void aPolicyForEveryPodIsNamedSinceItStillLetsThrough() {
        shop.allowIngress("open-to-all", Shop.everyPod());
        Pod pod = shop.deployed();

        isolate(pod)
                .body(
                        "details.stillAllowedBy",
                        equalTo(List.of("open-to-all")),
                        "message",
                        containsString("other NetworkPolicies still let something through, since they add up:"
                                + " open-to-all"));

        assertThat(shop.reachability(pod).isReachedFrom(Shop.STRANGER)).isTrue();
    }

    @Test
    void inPlaceThePoliciesThatStillSelectItAreNamed() {
        shop.allowIngress("open-web", Shop.label("app", "web"));
        shop.allowIngress("open-other", Shop.label("app", "other"));
        Pod pod =
                TestPods.create(shop.client, shop.namespace, "db-0", TestPods.ownedBy("apps/v1", "StatefulSet", "db"));

        isolate(pod).body("details.stillAllowedBy", equalTo(List.of("open-web")));

        assertThat(shop.reachability(pod).isReachedFrom(Shop.STRANGER)).isTrue();
        shop.client
                .network()
                .v1()
                .networkPolicies()
                .inNamespace(shop.namespace)
                .withName("open-web")
                .delete();
        assertCutOff(pod);
    }

    @Test
    void wherePoliciesLetEverythingThroughBothWaysItCannotBeIsolated() {
        shop.allowAll("open-to-all", Shop.everyPod());
        Pod pod = shop.deployed();

        send(pod).statusCode(503).body("reason", equalTo("conflict"), "detail", containsString("open-to-all"));

        assertThat(shop.labels(pod)).containsAllEntriesOf(Shop.LABELS);
        assertThat(shop.policies()).hasSize(1);
    }

    @Test
    void aPolicyThatOnlyClosesIsNotNamed() {
        shop.client
                .resource(new NetworkPolicyBuilder()
                        .withNewMetadata()
                        .withNamespace(shop.namespace)
                        .withName("closed")
                        .endMetadata()
                        .withNewSpec()
                        .withPodSelector(Shop.everyPod())
                        .withPolicyTypes("Ingress", "Egress")
                        .endSpec()
                        .build())
                .create();
        Pod pod = shop.deployed();

        isolate(pod).body("details.stillAllowedBy", equalTo(List.of()));
        assertCutOff(pod);
    }

    @Test
    void whatTheSettingsAllowStaysReachable() {
        Pod pod = shop.deployed();
        Map<String, String> forensics = Map.of(
                "ISOLATE_NETWORK_ALLOW_CIDRS", "198.51.100.0/24,2001:db8::/32",
                "ISOLATE_NETWORK_ALLOW_NAMESPACES", "elsewhere",
                "ISOLATE_NETWORK_ALLOW_DNS", "true");
        try (FunctionProcess allowing = ThisFunction.acting(access, forensics)) {
            Send.BINARY
                    .to(allowing.uri(), RecordedAlert.shellIn(pod))
                    .then()
                    .statusCode(200)
                    .body("reason", equalTo("isolated"));
            Send.BINARY.to(allowing.uri(), RecordedAlert.shellIn(pod)).then().body("reason", equalTo("already-done"));
        }

        Reachability reachability = shop.reachability(pod);
        assertThat(List.of(Shop.OUTSIDE, Shop.OUTSIDE_V6, Shop.STRANGER))
                .allMatch(reachability::isReachedFrom)
                .allMatch(reachability::reaches);
        assertThat(List.of(shop.neighbour(), new Reachability.End.Outside("203.0.113.1")))
                .noneMatch(reachability::isReachedFrom)
                .noneMatch(reachability::reaches);
        assertThat(reachability.reaches(new Reachability.End.InCluster("kube-system", Map.of("k8s-app", "kube-dns"))))
                .isTrue();
    }

    @Test
    void withoutDetachingOnlyTheMarkIsPut() {
        Pod pod = shop.deployed();
        try (FunctionProcess inPlace = ThisFunction.acting(access, Map.of("ISOLATE_NETWORK_DETACH", "false"))) {
            Send.BINARY
                    .to(inPlace.uri(), RecordedAlert.shellIn(pod))
                    .then()
                    .statusCode(200)
                    .body("details.detached", equalTo(false));
        }
        assertThat(shop.labels(pod)).containsAllEntriesOf(Shop.LABELS).containsKey("falco-response/quarantine");
        assertCutOff(pod);
    }

    @Test
    void whenItExpiresIsKeptOnThePod() {
        Pod pod = shop.deployed();
        Instant before = Instant.now();
        try (FunctionProcess expiring = ThisFunction.acting(access, Map.of("ISOLATE_NETWORK_EXPIRES_AFTER", "15m"))) {
            Send.BINARY.to(expiring.uri(), RecordedAlert.shellIn(pod)).then().body("details", hasKey("expiresAt"));
        }
        Instant expiry = Instant.parse(shop.annotations(pod).get("falco-response/expires-at"));
        assertThat(Duration.between(before, expiry)).isBetween(Duration.ofMinutes(15), Duration.ofMinutes(17));
    }

    @Test
    void aPolicyThatSomeoneElseMadeIsLeftAlone() {
        Pod pod = shop.deployed();
        NetworkPolicy theirs = shop.allowIngress("falco-response-" + uid(pod), Shop.everyPod());

        send(pod).statusCode(503).body("reason", equalTo("conflict"), "detail", containsString("someone else's"));

        assertThat(shop.policyOf(pod).orElseThrow().getMetadata().getResourceVersion())
                .isEqualTo(theirs.getMetadata().getResourceVersion());
        assertThat(shop.labels(pod)).doesNotContainKey("falco-response/quarantine");
    }

    @Test
    void aCutThatSomeoneOpenedIsClosedAgain() {
        Pod pod = shop.deployed();
        isolate(pod);
        NetworkPolicy opened = new NetworkPolicyBuilder(shop.policyOf(pod).orElseThrow())
                .editSpec()
                .addNewEgress()
                .endEgress()
                .endSpec()
                .build();
        shop.client.resource(opened).update();

        isolate(pod).body("details.removedLabels", equalTo(Shop.LABELS));

        assertCutOff(pod);
    }

    @Test
    void aPreviewChangesNothingAndTellsAll() {
        shop.allowIngress("open-to-all", Shop.everyPod());
        Pod pod = shop.deployed();
        String version = shop.now(pod).getMetadata().getResourceVersion();
        try (FunctionProcess previewing = FunctionProcess.start(ThisFunction.TARGET, access, Map.of())) {
            Send.BINARY
                    .to(previewing.uri(), RecordedAlert.shellIn(pod))
                    .then()
                    .statusCode(200)
                    .body("outcome", equalTo("previewed"), "message", containsString("Would isolate"))
                    .body("details.removedLabels", equalTo(Shop.LABELS))
                    .body("details.stillAllowedBy", equalTo(List.of("open-to-all")));
        }
        assertThat(shop.now(pod).getMetadata().getResourceVersion()).isEqualTo(version);
        assertThat(shop.policyOf(pod)).isEmpty();
    }

    @Test
    void anExemptPodIsLeftAlone() {
        Pod pod = TestPods.create(
                shop.client,
                shop.namespace,
                "till-0",
                each -> each.editMetadata()
                        .addToLabels("falco-response/exempt", "true")
                        .endMetadata());

        send(pod).body("reason", equalTo("exempt")).body("details", not(hasKey("policy")));
        assertThat(shop.policies()).isEmpty();
    }

    /** The author of a pod's template writes its annotations, too. */
    @Test
    void marksThatOthersHavePutOnThePodMeanNothing() {
        Pod pod = TestPods.create(
                shop.client,
                shop.namespace,
                "db-0",
                each -> TestPods.ownedBy("apps/v1", "StatefulSet", "db")
                        .apply(each)
                        .editMetadata()
                        .addToAnnotations("falco-response/expires-at", "2020-01-01T00:00:00Z")
                        .addToAnnotations("falco-response/original-labels", "{\"falco-response/exempt\":\"true\"}")
                        .addToAnnotations("falco-response/policy-kind", "ciliumnetworkpolicies.cilium.io")
                        .addToAnnotations("falco-response/owner", "ReplicaSet/evil")
                        .endMetadata());

        isolate(pod).body("details.removedLabels", equalTo(Map.of()));

        assertThat(shop.annotations(pod))
                .doesNotContainKeys(
                        "falco-response/expires-at", "falco-response/original-labels", "falco-response/policy-kind")
                .containsEntry("falco-response/owner", "StatefulSet/db");
        assertCutOff(pod);
    }

    @Test
    void whateverIsWrittenWhereItsLabelsAreKeptItIsCutOff() {
        for (String hostile : List.of("null", "{\"x\":null}", "{\"bad key!\":\"x\"}", "[1]", "oops")) {
            Pod pod = TestPods.create(
                    shop.client,
                    shop.namespace,
                    "bare-" + Integer.toHexString(hostile.hashCode()),
                    each -> each.editMetadata()
                            .addToAnnotations("falco-response/original-labels", hostile)
                            .endMetadata());
            Pod marked = shop.client
                    .pods()
                    .inNamespace(shop.namespace)
                    .resource(pod)
                    .edit(each -> each.edit()
                            .editMetadata()
                            .addToLabels("falco-response/quarantine", uid(pod))
                            .endMetadata()
                            .build());
            isolate(marked).body("details.removedLabels", equalTo(Map.of()));
            assertCutOff(pod);
        }
    }

    @Test
    void annotationsThatAreFullDoNotKeepItFromBeingCutOff() {
        Pod pod = TestPods.create(
                shop.client,
                shop.namespace,
                "full",
                each -> each.editMetadata()
                        .addToAnnotations("a", "x".repeat(262_100))
                        .endMetadata());
        shop.service(Map.of("app", "web"));

        isolate(pod)
                .body("details.detached", equalTo(false))
                .body("message", containsString("its annotations are full"));

        assertThat(shop.labels(pod)).containsEntry("app", "web");
        assertCutOff(pod);
    }

    @Test
    void wherePodsMustKeepTheirLabelsItExpiresAllTheSame() {
        Pod pod = shop.deployed();
        String yaml = """
                apiVersion: admissionregistration.k8s.io/v1
                kind: ValidatingAdmissionPolicy
                metadata: {name: keep-app}
                spec:
                  matchConstraints:
                    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [UPDATE], resources: [pods]}]
                  validations: [{expression: "'app' in object.metadata.?labels.orValue({})", message: "pods keep their app"}]
                ---
                apiVersion: admissionregistration.k8s.io/v1
                kind: ValidatingAdmissionPolicyBinding
                metadata: {name: keep-app}
                spec:
                  policyName: keep-app
                  validationActions: [Deny]
                  matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: "%s"}}}
                """.formatted(shop.namespace);
        var insisting = shop.client.load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)));
        insisting.create();
        try (FunctionProcess expiring =
                ThisFunction.acting(access, Map.of("RESPONSE_COOLDOWN", "0s", "ISOLATE_NETWORK_EXPIRES_AFTER", "1h"))) {
            Waiting.until("the labels to be kept", Duration.ofSeconds(30), () -> isKept(pod));
            Send.BINARY
                    .to(expiring.uri(), RecordedAlert.shellIn(pod))
                    .then()
                    .statusCode(200)
                    .body("outcome", equalTo("acted"), "reason", equalTo("isolated"))
                    .body("details.detached", equalTo(false), "details.expiresAt", notNullValue())
                    .body("message", containsString("admission refused to remove them"));
        } finally {
            insisting.delete();
        }
        assertThat(shop.labels(pod)).containsEntry("app", "web");
        assertThat(shop.annotations(pod)).containsKeys("falco-response/expires-at", "falco-response/rule");
        assertCutOff(pod);
    }

    private boolean isKept(Pod pod) {
        try {
            shop.client
                    .resource(pod)
                    .patch(
                            new PatchContext.Builder()
                                    .withPatchType(PatchType.JSON_MERGE)
                                    .withDryRun(List.of("All"))
                                    .build(),
                            "{\"metadata\":{\"labels\":{\"app\":null}}}");
            return false;
        } catch (KubernetesClientException e) {
            return true;
        }
    }

    @Test
    void anOwnerThatCannotExistKeepsNoPodFromBeingCutOff() {
        Pod pod = TestPods.create(
                shop.client,
                shop.namespace,
                "odd",
                each -> each.editMetadata()
                        .addNewOwnerReference()
                        .withApiVersion("apps/v1")
                        .withKind("ReplicaSet")
                        .withName("a b/../x")
                        .withUid("x")
                        .withController(true)
                        .endOwnerReference()
                        .endMetadata());

        isolate(pod).body("details.consequence", containsString("is gone"));
        assertCutOff(pod);
    }

    @Test
    void aPolicyThatOnlyLooksLikeOursIsNamed() {
        Pod pod = shop.deployed();
        NetworkPolicy hidden = shop.allowIngress("hidden", Shop.everyPod());
        hidden.getMetadata()
                .setLabels(Map.of(
                        "app.kubernetes.io/managed-by", "falco-response", "falco-response/quarantine", uid(pod)));
        shop.client.resource(hidden).update();

        isolate(pod).body("details.stillAllowedBy", equalTo(List.of("hidden")));
    }

    @Test
    void labelsThatCameBackAreTakenAgain() {
        Pod pod = shop.deployed();
        isolate(pod);
        shop.client
                .pods()
                .inNamespace(shop.namespace)
                .withName(pod.getMetadata().getName())
                .edit(each -> each.edit()
                        .editMetadata()
                        .addToLabels("app", "web")
                        .endMetadata()
                        .build());

        isolate(pod);

        assertThat(shop.labels(pod)).doesNotContainKey("app");
        assertThat(shop.annotations(pod).get("falco-response/original-labels"))
                .isEqualTo("{\"app\":\"web\",\"pod-template-hash\":\"7c5d\"}");
    }

    @Test
    void whoIsFoundDoneLearnsWhoStillGetsThrough() {
        Pod pod = shop.deployed();
        isolate(pod).body("details.stillAllowedBy", equalTo(List.of()));
        shop.allowAll("later", Shop.everyPod());

        send(pod).body("reason", equalTo("already-done")).body("details.stillAllowedBy", equalTo(List.of("later")));
    }
}
