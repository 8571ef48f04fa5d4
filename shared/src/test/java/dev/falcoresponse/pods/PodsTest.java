package dev.falcoresponse.pods;

import static dev.falcoresponse.kubernetes.MemoryApi.status;
import static dev.falcoresponse.pods.SamplePods.web0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falcoresponse.action.Effect;
import dev.falcoresponse.action.Found;
import dev.falcoresponse.action.Found.Missing;
import dev.falcoresponse.action.Found.Proven;
import dev.falcoresponse.action.Identity;
import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Read;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.SampleAlert;
import dev.falcoresponse.event.Undo;
import dev.falcoresponse.kubernetes.MemoryApi;
import dev.falcoresponse.kubernetes.PodApi;
import dev.falcoresponse.settings.Namespaces;
import dev.falcoresponse.settings.ResponseSettings;
import dev.falcoresponse.settings.Self;
import dev.falcoresponse.settings.TestSettings;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How an alert and a request lead to a pod. */
final class PodsTest {
    private static final String STORED = "GET /api/v1/namespaces/shop/pods/web-0";
    private static final String CACHED = STORED + "?resourceVersion=0";

    private final MemoryApi api = new MemoryApi();
    private final Alert alert =
            SampleAlert.about("shop", "web-0").field("k8s.pod.uid", "5d0a").read();

    private Pods pods(String... namesAndValues) {
        ResponseSettings settings = TestSettings.of(namesAndValues);
        Self self = new Self("tools", "label-pod-0");
        PodApi pods = new PodApi(api.client());
        return new Pods(pods, settings, Namespaces.of(settings, self), self, InstantSource.fixed(SampleAlert.TIME));
    }

    private static Undo undo(String namespace, String name, String uid) {
        return new Undo("ce-1", SampleAlert.TIME, "", namespace, name, uid, false);
    }

    private static Reason missing(Found<Pod> found) {
        return ((Missing<Pod>) found).outcome().reason();
    }

    private static Identity proof(Found<Pod> found) {
        return ((Proven<Pod>) found).identity();
    }

    @Test
    void theGuardsOnAlertsHaveTheOrderOfTheContract() {
        Alert worst = SampleAlert.bare()
                .field("container.id", "host")
                .field("cluster", "prod-eu")
                .at(SampleAlert.TIME.minusSeconds(3600))
                .read();

        assertThat(
                        pods("RESPONSE_CLUSTER", "prod-us", "RESPONSE_NAMESPACES", "bank")
                                .alertGuards(Effect.CHANGE)
                                .stream()
                                .flatMap(guard -> guard.refusal(worst).stream())
                                .map(outcome -> outcome.reason().text()))
                .containsExactly("host", "no-pod", "stale", "other-cluster", "protected-namespace");
    }

    @Test
    void oneReadFromTheCacheIsEnoughForAPodThatFits() throws OutcomeException {
        api.on(CACHED, web0().build());

        assertThat(proof(pods().find(alert, Effect.CHANGE, Read.CACHED))).isEqualTo(Identity.UID);
        assertThat(api.requests("")).hasSize(1);
    }

    @Test
    void aPodThatTheCacheDoesNotKnowYetIsReadFromTheStore() throws OutcomeException {
        api.on(STORED, web0().build());

        assertThat(proof(pods().find(alert, Effect.CHANGE, Read.CACHED))).isEqualTo(Identity.UID);
    }

    @Test
    void aPodThatTheCacheKnowsNoLongerAsItIsIsReadFromTheStore() throws OutcomeException {
        api.on(CACHED, web0().editMetadata().withUid("older").endMetadata().build());
        api.on(STORED, web0().build());

        assertThat(proof(pods().find(alert, Effect.CHANGE, Read.CACHED))).isEqualTo(Identity.UID);
    }

    @Test
    void aPodThatIsNowhereIsGone() throws OutcomeException {
        assertThat(missing(pods().find(alert, Effect.CHANGE, Read.CACHED))).isEqualTo(Reason.NOT_FOUND);
        assertThat(api.requests("")).hasSize(2);
    }

    @Test
    void afterAConflictOnlyTheStoreIsAsked() throws OutcomeException {
        api.on(STORED, web0().build());

        assertThat(proof(pods().find(alert, Effect.CHANGE, Read.QUORUM))).isEqualTo(Identity.UID);
        assertThat(api.requests("")).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"403,forbidden", "500,unavailable", "429,unavailable"})
    void anErrorIsNoMissingPod(int code, String reason) {
        api.on(CACHED, status(code, "Whatever", "User \"x\" cannot get resource \"pods\""));

        assertThatThrownBy(() -> pods().find(alert, Effect.CHANGE, Read.CACHED))
                .isInstanceOfSatisfying(
                        OutcomeException.class,
                        e -> assertThat(e.outcome().reason().text()).isEqualTo(reason));
    }

    @Test
    void anAnswerThatIsNoPodIsNotTakenForOne() {
        api.on(CACHED, "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"other\"}}");

        assertThatThrownBy(() -> pods().find(alert, Effect.CHANGE, Read.CACHED))
                .isInstanceOf(OutcomeException.class)
                .hasMessageContaining("something that is no pod");
    }

    @Test
    void aRequestWithoutUidMeansThePodOfThatName() throws OutcomeException {
        api.on(STORED, web0().build());

        assertThat(proof(pods().find(undo("shop", "web-0", "")))).isEqualTo(Identity.NAME);
    }

    @Test
    void aRequestWithAUidMeansNoOtherPod() throws OutcomeException {
        api.on(STORED, web0().build());

        assertThat(proof(pods().find(undo("shop", "web-0", "5d0a")))).isEqualTo(Identity.UID);
        assertThat(missing(pods().find(undo("shop", "web-0", "0000")))).isEqualTo(Reason.REPLACED);
        assertThat(missing(pods().find(undo("shop", "web-1", "")))).isEqualTo(Reason.NOT_FOUND);
    }

    @ParameterizedTest
    @CsvSource({"'',web-0", "shop,../x", "Shop,web-0"})
    void aRequestForAPodThatCannotExistAsksNobody(String namespace, String name) throws OutcomeException {
        assertThat(missing(pods().find(undo(namespace, name, "")))).isEqualTo(Reason.NO_POD);
        assertThat(api.requests("")).isEmpty();
    }

    @Test
    void aPodIsNamedWithItsNodeAndController() {
        Pod pod = web0().editMetadata()
                .addToOwnerReferences(
                        0,
                        web0().buildMetadata()
                                .getOwnerReferences()
                                .getFirst()
                                .edit()
                                .withKind("Other")
                                .withController(false)
                                .build())
                .endMetadata()
                .build();

        assertThat(pods().reference(pod))
                .isEqualTo(new ObjectReference("v1", "Pod", "shop", "web-0", "5d0a", "worker-7", "StatefulSet/web"));
    }

    @Test
    void aBarePodHasNeitherNodeNorOwner() {
        Pod pod = web0().withSpec(null)
                .editMetadata()
                .withOwnerReferences()
                .endMetadata()
                .build();

        assertThat(pods().reference(pod)).isEqualTo(new ObjectReference("v1", "Pod", "shop", "web-0", "5d0a"));
    }
}
