package dev.falcoresponse.isolatenetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.falcoresponse.testing.ApiProxy;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.ThisFunction;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.restassured.response.Response;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever happens between two calls, no label is lost, no other pod is changed, and repeating completes the work. */
@NeedsKubeApiServer
class RacesIT {
    private static KubeApiServer server;
    private static KubeAccess access;
    private Shop shop;
    private Pod pod;

    @BeforeAll
    static void start(KubeApiServer apiServer) {
        server = apiServer;
        access = ThisFunction.access(server);
    }

    @BeforeEach
    void newShop() {
        shop = new Shop(server);
        pod = shop.deployed();
    }

    private Response isolate(ApiProxy.Fault fault) {
        try (ApiProxy proxy = ApiProxy.before(access, fault);
                FunctionProcess function = ThisFunction.acting(proxy.access(), Map.of("RESPONSE_COOLDOWN", "0s"))) {
            return Send.BINARY.to(function.uri(), RecordedAlert.shellIn(pod));
        }
    }

    /** Something that happens once, just before the pod is patched. */
    private static ApiProxy.Fault beforeThePatch(Runnable event) {
        AtomicBoolean happened = new AtomicBoolean();
        return call -> {
            if (call.method().equals("PATCH") && call.uri().contains("/pods/") && !happened.getAndSet(true)) {
                event.run();
            }
            return Optional.empty();
        };
    }

    private void relabel(String name, String value) {
        shop.client
                .resource(pod)
                .edit(each -> new PodBuilder(each)
                        .editMetadata()
                        .addToLabels(name, value)
                        .endMetadata()
                        .build());
    }

    @Test
    void aLabelThatSomeoneElsePutsMeanwhileStays() {
        isolate(beforeThePatch(() -> relabel("incident", "4711"))).then().body("reason", equalTo("isolated"));

        assertThat(shop.labels(pod)).containsEntry("incident", "4711").doesNotContainKey("app");
    }

    @Test
    void aLabelThatSomeoneElseChangesMeanwhileIsKeptAsItIsNow() {
        isolate(beforeThePatch(() -> relabel("pod-template-hash", "changed")))
                .then()
                .body("reason", equalTo("isolated"))
                .body("details.removedLabels", equalTo(Map.of("app", "web")));

        assertThat(shop.labels(pod))
                .containsEntry("pod-template-hash", "changed")
                .doesNotContainKey("app");
    }

    @Test
    void aLabelByWhichAServiceSelectsItThatComesMeanwhileGoesToo() {
        shop.client
                .services()
                .inNamespace(shop.namespace)
                .withName("web")
                .edit(service -> service.edit()
                        .editSpec()
                        .withSelector(Map.of("front", "true"))
                        .endSpec()
                        .build());

        isolate(beforeThePatch(() -> relabel("front", "true"))).then().body("reason", equalTo("isolated"));

        assertThat(shop.labels(pod)).doesNotContainKeys("front", "app");
        assertThat(shop.annotations(pod).get("falco-response/original-labels")).contains("\"front\":\"true\"");
    }

    @Test
    void aNamesakeThatComesMeanwhileIsLeftAloneAndNothingIsLeftBehind() {
        CompletableFuture<Pod> namesake = new CompletableFuture<>();
        isolate(beforeThePatch(() -> {
                    shop.client.resource(pod).withGracePeriod(0).delete();
                    namesake.complete(TestPods.create(
                            shop.client, shop.namespace, pod.getMetadata().getName()));
                }))
                .then()
                .statusCode(200)
                .body("outcome", equalTo("skipped"), "reason", equalTo("replaced"));

        assertThat(shop.now(namesake.join()).getMetadata().getLabels()).isEqualTo(Map.of("app", "web"));
        assertThat(shop.policies()).isEmpty();
    }

    @Test
    void aPodThatGoesMeanwhileLeavesNothingBehind() {
        isolate(beforeThePatch(
                        () -> shop.client.resource(pod).withGracePeriod(0).delete()))
                .then()
                .statusCode(200)
                .body("outcome", equalTo("skipped"), "reason", equalTo("not-found"));

        assertThat(shop.policies()).isEmpty();
    }

    /** The process is killed when it has made its n-th call, and again before that call is answered. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9})
    void killedAnywhereAndRepeatedItEndsTheSame(int last) {
        AtomicInteger calls = new AtomicInteger();
        CompletableFuture<FunctionProcess> victim = new CompletableFuture<>();
        ApiProxy.Fault kill = call -> {
            if (call.uri().contains(shop.namespace) && calls.incrementAndGet() == last) {
                victim.join().kill();
            }
            return Optional.empty();
        };
        try (ApiProxy proxy = ApiProxy.before(access, kill);
                FunctionProcess function = ThisFunction.acting(proxy.access(), Map.of())) {
            victim.complete(function);
            CompletableFuture<Void> lost = CompletableFuture.runAsync(
                            () -> Send.BINARY.to(function.uri(), RecordedAlert.shellIn(pod)))
                    .exceptionally(_ -> null)
                    .thenAccept(_ -> {});
            lost.join();
        }
        assertNeverOpenAndDetached();

        String reason =
                isolate(_ -> Optional.empty()).then().statusCode(200).extract().path("reason");

        assertThat(reason).isIn("isolated", "already-done");
        assertThat(shop.labels(pod))
                .isEqualTo(Map.of(
                        "team",
                        "till",
                        "falco-response/quarantine",
                        pod.getMetadata().getUid()));
        assertThat(shop.annotations(pod))
                .containsEntry("falco-response/original-labels", "{\"app\":\"web\",\"pod-template-hash\":\"7c5d\"}");
        assertThat(shop.policies()).hasSize(1);
        Reachability reachability = shop.reachability(pod);
        assertThat(shop.everyone()).noneMatch(reachability::isReachedFrom).noneMatch(reachability::reaches);
    }

    /** At no time has it lost its labels without being isolated. */
    private void assertNeverOpenAndDetached() {
        boolean detached = !shop.labels(pod).containsKey("app");
        assertThat(detached && shop.reachability(pod).isReachedFrom(Shop.STRANGER))
                .isFalse();
    }

    @Test
    void whoeverReleasesItMeanwhileDoesNotLeaveItOpen() {
        isolate(beforeThePatch(() -> shop.client
                        .network()
                        .v1()
                        .networkPolicies()
                        .inNamespace(shop.namespace)
                        .delete()))
                .then()
                .body("reason", equalTo("isolated"));

        Reachability reachability = shop.reachability(pod);
        assertThat(shop.everyone()).noneMatch(reachability::isReachedFrom).noneMatch(reachability::reaches);
    }
}
