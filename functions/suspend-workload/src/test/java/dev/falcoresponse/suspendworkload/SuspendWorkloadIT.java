package dev.falcoresponse.suspendworkload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import dev.falcoresponse.testing.ApiProxy;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.ServiceAccountAccess;
import dev.falcoresponse.testing.ShippedRole;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.ThisFunction;
import dev.falcoresponse.testing.Waiting;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.restassured.response.ValidatableResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exactly the workload of the alert's pod is suspended, and given back as it was; no controllers run here. */
@NeedsKubeApiServer
class SuspendWorkloadIT {
    private static KubeApiServer server;
    private static KubernetesClient client;
    private static KubeAccess access;
    private static FunctionProcess function;
    private Shop shop;

    @BeforeAll
    static void start(KubeApiServer apiServer) {
        server = apiServer;
        client = server.client();
        access = ThisFunction.access(server);
        ServiceAccountAccess.apply(client, ThisFunction.MANIFESTS.resolve("fence.yaml"));
        function = ThisFunction.acting(access, Map.of("RESPONSE_COOLDOWN", "0s"));
    }

    @AfterAll
    static void stop() {
        function.close();
    }

    @BeforeEach
    void newShop() {
        shop = new Shop(client, server.newNamespace());
    }

    @AfterEach
    void forget() {
        client.configMaps()
                .inNamespace("falco-response")
                .withLabel("falco-response/suspended")
                .delete();
    }

    private static RecordedAlert alert(Pod pod) {
        return RecordedAlert.shellIn(pod).with("uuid", UUID.randomUUID().toString());
    }

    private static ValidatableResponse send(Pod pod) {
        return send(function, alert(pod));
    }

    private static ValidatableResponse send(FunctionProcess receiver, RecordedAlert alert) {
        return Send.BINARY.to(receiver.uri(), alert).then().statusCode(200);
    }

    private static ValidatableResponse event(FunctionProcess receiver, String type, String data) {
        return Send.event(receiver.uri(), type, data).then();
    }

    private ValidatableResponse undo(String kind, String name) {
        return event(
                        function,
                        "falco.response.suspend-workload.undo.v1",
                        "{\"kind\":\"%s\",\"namespace\":\"%s\",\"name\":\"%s\"}"
                                .formatted(kind, shop.namespace(), name))
                .statusCode(200);
    }

    private static List<String> memories() {
        return client
                .configMaps()
                .inNamespace("falco-response")
                .withLabel("falco-response/suspended")
                .list()
                .getItems()
                .stream()
                .map(each -> each.getData().get("name"))
                .toList();
    }

    // each kind

    @Test
    void aDeploymentIsScaledToNothingAndBack() {
        Deployment web = shop.deployment("web", 3);
        send(shop.podOf(web))
                .body("outcome", equalTo("acted"), "reason", equalTo("suspended"), "identity", equalTo("container"))
                .body("targetKind", equalTo("Deployment"), "targetName", equalTo("web"), "details.replicas", equalTo(3))
                .header("ce-subject", shop.namespace() + "/web");
        assertThat(shop.replicas(web)).isZero();
        assertThat(memories()).containsExactly("web");

        undo("Deployment", "web").body("outcome", equalTo("acted"), "reason", equalTo("resumed"));
        assertThat(shop.replicas(web)).isEqualTo(3);
        assertThat(memories()).isEmpty();

        undo("Deployment", "web").body("reason", equalTo("nothing-to-undo"));
    }

    @Test
    void aStatefulSetToo() {
        StatefulSet db = shop.statefulSet("db", 2);
        send(shop.pod(db)).body("reason", equalTo("suspended"));
        assertThat(client.resource(db).get().getSpec().getReplicas()).isZero();

        undo("StatefulSet", "db").body("reason", equalTo("resumed"));
        assertThat(client.resource(db).get().getSpec().getReplicas()).isEqualTo(2);
    }

    @Test
    void ofAJobOfACronJobTheCronJobIsSuspended() {
        CronJob nightly = shop.cronJob("nightly");
        Job run = shop.job("nightly-1", nightly);
        send(shop.pod(run))
                .body("reason", equalTo("suspended"), "targetKind", equalTo("CronJob"))
                .body("message", containsString("those that run go on"));
        assertThat(client.resource(nightly).get().getSpec().getSuspend()).isTrue();
        assertThat(client.resource(nightly).get().getMetadata().getAnnotations())
                .containsKey("falco-response/rule");

        undo("CronJob", "nightly").body("reason", equalTo("resumed"));
        assertThat(client.resource(nightly).get().getSpec().getSuspend()).isFalse();
        assertThat(client.resource(nightly).get().getMetadata().getAnnotations())
                .isNullOrEmpty();
    }

    @Test
    void aJobIsSuspendedAndSaidToEndItsPods() {
        Job job = shop.job("import");
        send(shop.pod(job)).body("reason", equalTo("suspended"), "message", containsString("its pods end"));
        assertThat(client.resource(job).get().getSpec().getSuspend()).isTrue();

        undo("Job", "import").body("reason", equalTo("resumed"));
        assertThat(client.resource(job).get().getSpec().getSuspend()).isFalse();
    }

    // what is refused

    @Test
    void aPodWithoutWorkloadCannotBeSuspended() {
        Pod bare = TestPods.create(client, shop.namespace(), "bare");
        send(bare).body("outcome", equalTo("denied"), "reason", equalTo("kind"));
        send(shop.pod(shop.replicaSet("alone"))).body("outcome", equalTo("denied"), "reason", equalTo("kind"));
        Pod agent =
                TestPods.create(client, shop.namespace(), "agent", TestPods.ownedBy("apps/v1", "DaemonSet", "agent"));
        send(agent).body("reason", equalTo("owner-kind"));
    }

    @Test
    void aPodThatClaimsToBeADeploymentsOwnSuspendsNothing() {
        Deployment web = shop.deployment("web", 3);

        send(shop.pod(web)).body("outcome", equalTo("denied"), "reason", equalTo("kind"));
        assertThat(shop.replicas(web)).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"apps.kruise.io/v1beta1,StatefulSet", "batch.volcano.sh/v1alpha1,Job", "example.org/v1,ReplicaSet"})
    void aKindOfAnotherApiIsNoneOfOurs(String apiVersion, String kind) {
        Pod pod = TestPods.create(
                client,
                shop.namespace(),
                "web-0",
                each -> each.editMetadata()
                        .addNewOwnerReference()
                        .withApiVersion(apiVersion)
                        .withKind(kind)
                        .withName("web")
                        .withUid("u")
                        .withController(true)
                        .endOwnerReference()
                        .endMetadata());

        send(pod).body("outcome", equalTo("denied"), "reason", equalTo("kind"));
    }

    @Test
    void aKindThatIsNotSetIsLeftAlone() {
        Deployment web = shop.deployment("web", 3);
        try (FunctionProcess jobs = ThisFunction.acting(access, Map.of("SUSPEND_WORKLOAD_KINDS", "Job,CronJob"))) {
            send(jobs, alert(shop.podOf(web))).body("reason", equalTo("kind"));
        }
        assertThat(shop.replicas(web)).isEqualTo(3);
    }

    @Test
    void anExemptWorkloadIsLeftAlone() {
        Deployment web = shop.deployment("web", 3);
        client.resource(web)
                .edit(each -> new DeploymentBuilder(each)
                        .editMetadata()
                        .addToLabels("falco-response/exempt", "true")
                        .endMetadata()
                        .build());

        send(shop.podOf(web)).body("reason", equalTo("exempt"));
    }

    @Test
    void aWorkloadThatIsAtNothingIsDone() {
        send(shop.podOf(shop.deployment("web", 0))).body("reason", equalTo("already-done"));
        assertThat(memories()).isEmpty();
    }

    // chained and counted

    private static String deleted(String id, Deployment web, String namespace, String identity) {
        return """
                {"action":"delete-pod","outcome":"acted","reason":"deleted","message":"x","dryRun":false,
                 "rule":"Terminal shell in container","priority":"Critical","source":"syscall","eventId":"%s",
                 "eventTime":"%s","namespace":"%s","pod":"web-%s","podUid":"%s","identity":"%s",
                 "details":{"workload":{"kind":"Deployment","name":"%s","uid":"%s"}}}
                """.formatted(
                        id,
                        Instant.now(),
                        namespace,
                        id,
                        UUID.randomUUID(),
                        identity,
                        web.getMetadata().getName(),
                        web.getMetadata().getUid());
    }

    private ValidatableResponse deletion(FunctionProcess receiver, String id, Deployment web, String identity) {
        return event(receiver, "falco.response.delete-pod.v1", deleted(id, web, shop.namespace(), identity))
                .statusCode(200);
    }

    @Test
    void afterTheThirdDeletionItsWorkloadIsSuspendedAndAFurtherDeliveryDoesNotCount() {
        Deployment web = shop.deployment("web", 3);
        try (FunctionProcess counting = ThisFunction.acting(access, Map.of("SUSPEND_WORKLOAD_AFTER", "3/10m"))) {
            for (String id : List.of("a", "a", "b", "b")) {
                deletion(counting, id, web, "uid")
                        .body("outcome", equalTo("skipped"), "reason", equalTo("not-often-enough"));
            }
            assertThat(shop.replicas(web)).isEqualTo(3);

            deletion(counting, "c", web, "uid")
                    .body("reason", equalTo("suspended"), "targetName", equalTo("web"), "identity", equalTo("uid"));
        }
        assertThat(shop.replicas(web)).isZero();
    }

    @Test
    void aDeletionOfAPodThatWasNotProvenSuspendsNothing() {
        Deployment web = shop.deployment("web", 3);

        deletion(function, "a", web, "age").body("outcome", equalTo("denied"), "reason", equalTo("unproven"));
        assertThat(shop.replicas(web)).isEqualTo(3);
    }

    @Test
    void aWorkloadThatWasRecreatedUnderItsNameIsLeftAlone() {
        Deployment first = shop.deployment("web", 3);
        client.resource(first).withGracePeriod(0).delete();
        Deployment second = shop.deployment("web", 3);

        deletion(function, "a", first, "uid").body("outcome", equalTo("skipped"), "reason", equalTo("replaced"));
        assertThat(shop.replicas(second)).isEqualTo(3);
    }

    // others change it, too

    @Test
    void whatSomebodyElseScaledMeanwhileIsLeftAlone() {
        Deployment web = shop.deployment("web", 3);
        RecordedAlert alert = alert(shop.podOf(web));
        send(function, alert).body("reason", equalTo("suspended"));
        client.apps()
                .deployments()
                .inNamespace(shop.namespace())
                .withName("web")
                .scale(5);

        send(function, alert).body("reason", equalTo("already-done"), "details.undoneBy", equalTo("hand"));
        undo("Deployment", "web")
                .body("reason", equalTo("nothing-to-undo"))
                .body("message", containsString("was put back meanwhile, to 5 replicas, by somebody else"));
        assertThat(shop.replicas(web)).isEqualTo(5);
        assertThat(memories()).isEmpty();
    }

    @Test
    void whatItIsNowIsRememberedWhenItIsSuspendedAgain() {
        Deployment web = shop.deployment("web", 3);
        Pod pod = shop.podOf(web);
        send(pod).body("reason", equalTo("suspended"));
        client.apps()
                .deployments()
                .inNamespace(shop.namespace())
                .withName("web")
                .scale(5);

        send(pod).body("reason", equalTo("suspended"), "details.replicas", equalTo(5));
        undo("Deployment", "web").body("reason", equalTo("resumed"));
        assertThat(shop.replicas(web)).isEqualTo(5);
    }

    @Test
    void aRivalBetweenReadAndChangeIsNotOverwritten() {
        Deployment web = shop.deployment("web", 3);
        AtomicInteger scales = new AtomicInteger();
        ApiProxy.Fault rival = call -> {
            if (call.uri().contains("/scale") && scales.incrementAndGet() == 1) {
                client.apps()
                        .deployments()
                        .inNamespace(shop.namespace())
                        .withName("web")
                        .scale(4);
            }
            return Optional.empty();
        };
        try (ApiProxy proxy = ApiProxy.before(access, rival);
                FunctionProcess other = ThisFunction.acting(proxy.access(), Map.of())) {
            send(other, alert(shop.podOf(web))).body("reason", equalTo("suspended"), "details.replicas", equalTo(4));
        }
        undo("Deployment", "web");
        assertThat(shop.replicas(web)).isEqualTo(4);
    }

    @Test
    void twoReplicasAtOnceSuspendOnce() {
        Deployment web = shop.deployment("web", 3);
        Pod pod = shop.podOf(web);
        try (FunctionProcess one = ThisFunction.acting(access, Map.of());
                FunctionProcess two = ThisFunction.acting(access, Map.of())) {
            List<String> reasons = List.of(one, two).parallelStream()
                    .map(each -> Send.BINARY.to(each.uri(), alert(pod)).<String>path("reason"))
                    .toList();
            assertThat(reasons).contains("suspended").isSubsetOf("suspended", "already-done");
        }
        assertThat(memories()).containsExactly("web");
        undo("Deployment", "web").body("reason", equalTo("resumed"));
        assertThat(shop.replicas(web)).isEqualTo(3);
    }

    /** Whatever comes first, a suspended workload can be resumed to what it was. */
    @Test
    void undoAndAlertAtTheSameMomentLoseNoMemory() {
        Deployment web = shop.deployment("web", 3);
        Pod pod = shop.podOf(web);
        try (FunctionProcess other = ThisFunction.acting(access, Map.of("RESPONSE_COOLDOWN", "0s"))) {
            for (int round = 0; round < 15; round++) {
                send(other, alert(pod));
                CompletableFuture<Void> alerts =
                        CompletableFuture.runAsync(() -> Send.BINARY.to(other.uri(), alert(pod)));
                CompletableFuture<Void> undos = CompletableFuture.runAsync(() -> undo("Deployment", "web"));
                CompletableFuture.allOf(alerts, undos).join();

                assertThat(memories().contains("web")).isEqualTo(shop.replicas(web) == 0);
                undo("Deployment", "web");
                assertThat(shop.replicas(web)).isEqualTo(3);
            }
        }
    }

    /** The process is killed at its n-th change. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void killedBetweenMemoryAndChangeAndRepeatedItEndsTheSame(int last) {
        Deployment web = shop.deployment("web", 3);
        RecordedAlert alert = alert(shop.podOf(web));
        AtomicInteger changes = new AtomicInteger();
        CompletableFuture<FunctionProcess> victim = new CompletableFuture<>();
        ApiProxy.Fault kill = call -> {
            boolean change = call.uri().contains("/scale")
                    || (call.method().equals("POST") && call.uri().contains("/configmaps"));
            if (change && changes.incrementAndGet() == last) {
                victim.join().kill();
                return Optional.of(new ApiProxy.Answer(500, Map.of(), "{}"));
            }
            return Optional.empty();
        };
        try (ApiProxy proxy = ApiProxy.before(access, kill);
                FunctionProcess other = ThisFunction.acting(proxy.access(), Map.of())) {
            victim.complete(other);
            CompletableFuture.runAsync(() -> Send.BINARY.to(other.uri(), alert))
                    .exceptionally(_ -> null)
                    .join();
        }
        assertThat(shop.replicas(web)).isEqualTo(3);

        send(function, alert).body("reason", equalTo("suspended"));
        undo("Deployment", "web").body("reason", equalTo("resumed"));
        assertThat(shop.replicas(web)).isEqualTo(3);
    }

    /** The answer to the change is lost: the redelivery completes it, and what was remembered stays. */
    @Test
    void aRedeliveryAfterALostAnswerRemembersWhatWasThereBefore() {
        Deployment web = shop.deployment("web", 3);
        RecordedAlert alert = alert(shop.podOf(web));
        AtomicInteger scales = new AtomicInteger();
        ApiProxy.Fault lost = call -> {
            if (call.uri().contains("/scale") && scales.incrementAndGet() == 1) {
                client.apps()
                        .deployments()
                        .inNamespace(shop.namespace())
                        .withName("web")
                        .scale(0);
                return Optional.of(new ApiProxy.Answer(504, Map.of(), "{}"));
            }
            return Optional.empty();
        };
        try (ApiProxy proxy = ApiProxy.before(access, lost);
                FunctionProcess through = ThisFunction.acting(proxy.access(), Map.of())) {
            Send.BINARY.to(through.uri(), alert).then().statusCode(503);

            send(through, alert)
                    .body("outcome", equalTo("acted"), "reason", equalTo("suspended"), "details.replicas", equalTo(3));
        }
        undo("Deployment", "web").body("reason", equalTo("resumed"), "details.replicas", equalTo(3));
        assertThat(shop.replicas(web)).isEqualTo(3);
    }

    @Test
    void whatWasDoneWithoutAnAnswerIsToldAlsoOnceThePodIsGone() {
        Deployment web = shop.deployment("web", 3);
        Pod pod = shop.podOf(web);
        RecordedAlert alert = alert(pod);
        AtomicBoolean lost = new AtomicBoolean(true);
        try (ApiProxy proxy = ApiProxy.losing(access, call -> call.method().equals("PATCH") && lost.getAndSet(false));
                FunctionProcess losing = ThisFunction.acting(proxy.access(), Map.of("RESPONSE_COOLDOWN", "0s"))) {
            Send.BINARY.to(losing.uri(), alert).then().statusCode(503);
            client.resource(pod).withGracePeriod(0).delete();
            send(losing, alert)
                    .body("outcome", equalTo("acted"), "reason", equalTo("suspended"))
                    .body("targetName", equalTo("web"), "details.replicas", equalTo(3));
        }
        undo("Deployment", "web").body("reason", equalTo("resumed"));
        assertThat(shop.replicas(web)).isEqualTo(3);
    }

    @Test
    void anUndoThatCouldNotForgetIsToldByItsRedelivery() {
        Deployment web = shop.deployment("web", 3);
        send(shop.podOf(web)).body("reason", equalTo("suspended"));
        AtomicBoolean away = new AtomicBoolean(true);
        ApiProxy.Fault memoryStays = call -> call.method().equals("DELETE") && away.getAndSet(false)
                ? Optional.of(new ApiProxy.Answer(500, Map.of(), "{}"))
                : Optional.empty();
        String data = "{\"kind\":\"Deployment\",\"namespace\":\"%s\",\"name\":\"web\"}".formatted(shop.namespace());
        try (ApiProxy proxy = ApiProxy.before(access, memoryStays);
                FunctionProcess stopped = ThisFunction.acting(proxy.access(), Map.of())) {
            String type = "falco.response.suspend-workload.undo.v1";
            Send.event(stopped.uri(), "undo-1", type, data).then().statusCode(503);
            Send.event(stopped.uri(), "undo-1", type, data)
                    .then()
                    .statusCode(200)
                    .body("outcome", equalTo("acted"), "reason", equalTo("resumed"));
        }
        assertThat(shop.replicas(web)).isEqualTo(3);
        assertThat(memories()).isEmpty();
    }

    @Test
    void aReplyAboutAPodThatIsThereGoesByThePod() {
        Deployment web = shop.deployment("web", 3);
        Deployment other = shop.deployment("other", 2);
        Pod pod = shop.podOf(other);
        String reply = deleted("a", web, shop.namespace(), "uid")
                .replace("\"pod\":\"web-a\"", "\"pod\":\"" + pod.getMetadata().getName() + "\"")
                .replaceFirst(
                        "\"podUid\":\"[^\"]*\"",
                        "\"podUid\":\"" + pod.getMetadata().getUid() + "\"");

        event(function, "falco.response.delete-pod.v1", reply)
                .body("reason", equalTo("suspended"), "targetName", equalTo("other"));
        assertThat(shop.replicas(web)).isEqualTo(3);
    }

    @Test
    void theClockResumesWhatHasExpiredAndForgetsWhatIsGone() throws Exception {
        Deployment web = shop.deployment("web", 3);
        Deployment gone = shop.deployment("gone", 2);
        try (FunctionProcess brief = ThisFunction.acting(access, Map.of("SUSPEND_WORKLOAD_EXPIRES_AFTER", "1s"))) {
            send(brief, alert(shop.podOf(web))).body("reason", equalTo("suspended"));
            send(brief, alert(shop.podOf(gone))).body("reason", equalTo("suspended"));
            client.resource(gone).withGracePeriod(0).delete();
            Waiting.until("its time to be over", Duration.ofSeconds(30), () -> {
                event(brief, "dev.knative.sources.ping", "{}").statusCode(200);
                return shop.replicas(web) == 3;
            });
            event(brief, "dev.knative.sources.ping", "{}").body("reason", equalTo("nothing-to-undo"));
        }
        assertThat(memories()).isEmpty();
    }

    @Test
    void whoWillPutItBackIsNamed() {
        Deployment web = shop.deployment("web", 3);
        client.resource(web)
                .edit(each -> new DeploymentBuilder(each)
                        .editMetadata()
                        .addToLabels("kustomize.toolkit.fluxcd.io/name", "apps")
                        .endMetadata()
                        .build());
        client.resource(new HorizontalPodAutoscalerBuilder()
                        .withNewMetadata()
                        .withNamespace(shop.namespace())
                        .withName("web-scaler")
                        .endMetadata()
                        .withNewSpec()
                        .withMaxReplicas(9)
                        .withNewScaleTargetRef("apps/v1", "Deployment", "web")
                        .endSpec()
                        .build())
                .create();

        send(shop.podOf(web))
                .body("details.managedBy", hasItem("HorizontalPodAutoscaler web-scaler"))
                .body("details.managedBy", hasItem("Flux Kustomization apps"))
                .body("message", containsString("it may be put back by HorizontalPodAutoscaler web-scaler"));
    }

    @Test
    void aPreviewChangesNothingAndCanBePreviewedToTheEnd() {
        Deployment web = shop.deployment("web", 3);
        Pod pod = shop.podOf(web);
        try (FunctionProcess previewing = ThisFunction.acting(access, Map.of("RESPONSE_DRY_RUN", "true"))) {
            send(previewing, alert(pod))
                    .body("outcome", equalTo("previewed"), "message", containsString("Would suspend Deployment"));
        }
        assertThat(shop.replicas(web)).isEqualTo(3);
        assertThat(memories()).isEmpty();

        send(pod).body("reason", equalTo("suspended"));
        event(
                        function,
                        "falco.response.suspend-workload.undo.v1",
                        "{\"kind\":\"Deployment\",\"namespace\":\"%s\",\"name\":\"web\",\"dryRun\":true}"
                                .formatted(shop.namespace()))
                .body("outcome", equalTo("previewed"), "message", containsString("Would resume"));
        assertThat(shop.replicas(web)).isZero();
        assertThat(memories()).containsExactly("web");
    }

    // permissions

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"spec\":{\"schedule\":\"* * * * *\"}}                        | may only change suspend",
                "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}                      | its own annotations",
                "{\"metadata\":{\"annotations\":{\"other\":\"b\"}}}             | its own annotations",
                "{\"spec\":{\"jobTemplate\":{\"spec\":{\"parallelism\":9}}}}    | may only change suspend"
            })
    void theFenceRefusesEverythingElseOfACronJobWithTheFunctionsOwnToken(String patch, String sentence) {
        shop.cronJob("nightly");
        try (KubernetesClient own = access.client()) {
            assertThatThrownBy(() -> own.batch()
                            .v1()
                            .cronjobs()
                            .inNamespace(shop.namespace())
                            .withName("nightly")
                            .patch(PatchContext.of(PatchType.JSON_MERGE), patch))
                    .isInstanceOf(KubernetesClientException.class)
                    .hasMessageContaining(sentence);
        }
    }

    @Test
    void theFenceRefusesAnyOtherScaleAndRbacTheRest() {
        shop.deployment("web", 3);
        try (KubernetesClient own = access.client()) {
            var web = own.apps().deployments().inNamespace(shop.namespace()).withName("web");
            assertThatThrownBy(() -> web.subresource("scale")
                            .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"replicas\":5}}"))
                    .hasMessageContaining("scales to nothing, and from nothing");
            assertThatThrownBy(() -> web.patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"paused\":true}}"))
                    .hasMessageContaining("cannot patch resource \"deployments\"");
        }
    }

    @Test
    void everyRightOfTheRoleIsNeeded() {
        ShippedRole.in(ThisFunction.MANIFESTS.resolve("rbac.yaml"), client)
                .forEach(role -> role.requireThatEverythingIsNeeded(function));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SUSPEND_WORKLOAD_KINDS | DaemonSet | is none of Deployment, StatefulSet, CronJob, Job",
                "SUSPEND_WORKLOAD_AFTER | often     | it is not <alerts>/<duration>, such as 3/10m",
                "SUSPEND_WORKLOAD_AFTR  | 3/10m     | There is no setting SUSPEND_WORKLOAD_AFTR"
            })
    void aWrongSettingStopsTheStart(String name, String value, String sentence) {
        assertThat(FunctionProcess.failToStart(ThisFunction.TARGET, access, Map.of(name, value)))
                .contains(name, sentence);
    }
}
