package dev.falcoresponse.pods;

import static dev.falcoresponse.pods.SamplePods.web0;
import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.action.Effect;
import dev.falcoresponse.action.Guard;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.kubernetes.MemoryApi;
import dev.falcoresponse.kubernetes.PodApi;
import dev.falcoresponse.settings.Namespaces;
import dev.falcoresponse.settings.ResponseSettings;
import dev.falcoresponse.settings.Self;
import dev.falcoresponse.settings.TestSettings;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What protects a pod, from which effect, and in which order. */
final class PodGuardsTest {
    private static Pods pods(String... namesAndValues) {
        ResponseSettings settings = TestSettings.of(namesAndValues);
        Self self = new Self("shop", "label-pod-0");
        return new Pods(
                new PodApi(new MemoryApi().client()),
                settings,
                Namespaces.of(settings, self),
                self,
                InstantSource.system());
    }

    private static String refusal(Pods pods, Effect effect, Pod pod) {
        return Guard.first(pods.guards(effect), pod)
                .map(Outcome::reason)
                .map(reason -> reason.text())
                .orElse("none");
    }

    private static Pod exempt(String label, String value) {
        return web0().editMetadata().addToLabels(label, value).endMetadata().build();
    }

    private static Pod ownedBy(String kind) {
        return web0().editMetadata()
                .withOwnerReferences()
                .addNewOwnerReference()
                .withKind(kind)
                .withName("x")
                .endOwnerReference()
                .endMetadata()
                .build();
    }

    private static Pod own() {
        return web0().editMetadata().withName("label-pod-0").endMetadata().build();
    }

    private static PodBuilder terminating() {
        return web0().editMetadata()
                .withDeletionTimestamp("2026-11-26T08:00:00Z")
                .endMetadata();
    }

    @Test
    void anOrdinaryPodIsNotProtected() {
        assertThat(refusal(pods(), Effect.CHANGE, web0().build())).isEqualTo("none");
        assertThat(refusal(
                        pods(),
                        Effect.CHANGE,
                        new PodBuilder()
                                .withNewMetadata()
                                .withName("bare")
                                .endMetadata()
                                .build()))
                .isEqualTo("none");
    }

    @ParameterizedTest
    @CsvSource({"CHANGE,exempt", "READ,exempt", "UNDO,none", "NOTIFY,none"})
    void anExemptPodIsNeitherChangedNorReadButReleased(Effect effect, String reason) {
        assertThat(refusal(pods(), effect, exempt("falco-response/exempt", "true")))
                .isEqualTo(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "", "True", "yes"})
    void onlyTrueExempts(String value) {
        assertThat(refusal(pods(), Effect.CHANGE, exempt("falco-response/exempt", value)))
                .isEqualTo("none");
    }

    @Test
    void theOperatorMayNameAnotherLabel() {
        Pods pods = pods("RESPONSE_EXEMPT_LABEL", "example.com/keep");

        assertThat(refusal(pods, Effect.CHANGE, exempt("example.com/keep", "true")))
                .isEqualTo("exempt");
        assertThat(refusal(pods, Effect.CHANGE, exempt("falco-response/exempt", "true")))
                .isEqualTo("none");
    }

    @ParameterizedTest
    @CsvSource({"DaemonSet,owner-kind", "Node,owner-kind", "StatefulSet,none", "daemonset,none"})
    void podsOfSomeOwnersAreLeftAlone(String kind, String reason) {
        assertThat(refusal(pods(), Effect.CHANGE, ownedBy(kind))).isEqualTo(reason);
    }

    @ParameterizedTest
    @CsvSource({"CHANGE,owner-kind", "READ,none", "UNDO,none", "NOTIFY,none"})
    void theOwnerProtectsFromChangesOnly(Effect effect, String reason) {
        assertThat(refusal(pods(), effect, ownedBy("DaemonSet"))).isEqualTo(reason);
    }

    @Test
    void theMirrorOfAStaticPodBelongsToItsNode() {
        Pod mirror = web0().editMetadata()
                .withOwnerReferences()
                .addToAnnotations("kubernetes.io/config.mirror", "hash")
                .endMetadata()
                .build();

        assertThat(refusal(pods(), Effect.CHANGE, mirror)).isEqualTo("owner-kind");
        assertThat(refusal(pods("RESPONSE_DENIED_OWNER_KINDS", "Job"), Effect.CHANGE, mirror))
                .isEqualTo("none");
    }

    @Test
    void anyOfSeveralOwnersProtects() {
        Pod pod = web0().editMetadata()
                .addNewOwnerReference()
                .withKind("Job")
                .withName("x")
                .endOwnerReference()
                .endMetadata()
                .build();

        assertThat(refusal(pods("RESPONSE_DENIED_OWNER_KINDS", "Job"), Effect.CHANGE, pod))
                .isEqualTo("owner-kind");
        assertThat(refusal(pods("RESPONSE_DENIED_OWNER_KINDS", ""), Effect.CHANGE, ownedBy("DaemonSet")))
                .isEqualTo("none");
    }

    @ParameterizedTest
    @CsvSource({"CHANGE,self", "READ,none", "UNDO,self", "NOTIFY,none"})
    void aFunctionNeverChangesItsOwnPod(Effect effect, String reason) {
        assertThat(refusal(pods(), effect, own())).isEqualTo(reason);
    }

    @ParameterizedTest
    @CsvSource({"CHANGE,terminating", "READ,none", "UNDO,none"})
    void aTerminatingPodIsLeftAloneOnlyByWhomSaysSo(Effect effect, String reason) {
        Pod pod = terminating().build();

        assertThat(refusal(pods(), effect, pod)).isEqualTo("none");
        assertThat(refusal(pods().exceptTerminating(), effect, pod)).isEqualTo(reason);
    }

    @Test
    void aTerminatingPodSaysUntilWhen() {
        assertThat(PodGuards.terminating(terminating().build()).orElseThrow().message())
                .contains("until 2026-11-26T08:00:00Z");
    }

    @Test
    void theOrderIsTerminatingExemptOwnerKindSelf() {
        Pods pods = pods("RESPONSE_DENIED_OWNER_KINDS", "StatefulSet").exceptTerminating();
        PodBuilder all = terminating()
                .editMetadata()
                .withName("label-pod-0")
                .addToLabels("falco-response/exempt", "true")
                .endMetadata();

        assertThat(pods.guards(Effect.CHANGE).stream()
                        .flatMap(guard -> guard.refusal(all.build()).stream())
                        .map(outcome -> outcome.reason().text()))
                .containsExactly("terminating", "exempt", "owner-kind", "self");
    }
}
