package dev.falcoresponse.pods;

import static dev.falcoresponse.event.SampleAlert.TIME;
import static dev.falcoresponse.pods.SamplePods.CONTAINER_ID;
import static dev.falcoresponse.pods.SamplePods.createdAt;
import static dev.falcoresponse.pods.SamplePods.id;
import static dev.falcoresponse.pods.SamplePods.running;
import static dev.falcoresponse.pods.SamplePods.web0;
import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.action.Effect;
import dev.falcoresponse.action.Found;
import dev.falcoresponse.action.Found.Missing;
import dev.falcoresponse.action.Found.Proven;
import dev.falcoresponse.action.Identity;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.event.SampleAlert;
import dev.falcoresponse.settings.Proof;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which pods are proven to be the one that an alert is about: section 4 of the contract. */
final class PodIdentityTest {
    private Instant now = TIME.plusSeconds(1);

    private static SampleAlert alert() {
        return SampleAlert.about("shop", "web-0");
    }

    private static SampleAlert withUid(String uid) {
        return alert().field("k8s.pod.uid", uid);
    }

    private static SampleAlert withContainer(String id) {
        return alert().field("container.id", id);
    }

    private Found<Pod> prove(SampleAlert alert, Pod pod, Proof required, Effect effect) {
        return new PodIdentity(required, Duration.ofMinutes(5), InstantSource.fixed(now))
                .prove(alert.read(), pod, effect);
    }

    private Identity proof(SampleAlert alert, Pod pod) {
        return proof(prove(alert, pod, Proof.PROVEN, Effect.CHANGE), pod);
    }

    private Identity proofByAge(SampleAlert alert, Pod pod) {
        return proof(prove(alert, pod, Proof.AGE, Effect.CHANGE), pod);
    }

    private static Identity proof(Found<Pod> found, Pod pod) {
        assertThat(found).isInstanceOf(Proven.class);
        Proven<Pod> proven = (Proven<Pod>) found;
        assertThat(proven.object()).isSameAs(pod);
        return proven.identity();
    }

    private Outcome missing(SampleAlert alert, Pod pod) {
        return missing(prove(alert, pod, Proof.PROVEN, Effect.CHANGE));
    }

    private Outcome missingByAge(SampleAlert alert, Pod pod) {
        return missing(prove(alert, pod, Proof.AGE, Effect.CHANGE));
    }

    private static Outcome missing(Found<Pod> found) {
        assertThat(found).isInstanceOf(Missing.class);
        return ((Missing<Pod>) found).outcome();
    }

    // uid

    @Test
    void theUidProvesThePod() {
        assertThat(proof(withUid("5d0a"), web0().build())).isEqualTo(Identity.UID);
    }

    @Test
    void anotherUidIsAnotherPod() {
        Outcome outcome = missing(withUid("0000"), web0().build());

        assertThat(outcome.reason()).isEqualTo(Reason.REPLACED);
        assertThat(outcome.message()).contains("shop/web-0", "5d0a", "0000");
    }

    @Test
    void theUidCountsEvenIfTheContainerFits() {
        SampleAlert alert = withUid("0000").field("container.id", CONTAINER_ID);

        assertThat(missing(alert, web0().build()).reason()).isEqualTo(Reason.REPLACED);
    }

    @Test
    void theUidCountsEvenIfTheContainerDoesNotFitAndTheClocksDiffer() {
        SampleAlert alert =
                withUid("5d0a").field("container.id", "ffffffffffff").at(now.plus(Duration.ofDays(7)));

        assertThat(proof(alert, createdAt("2027-01-01T00:00:00Z"))).isEqualTo(Identity.UID);
    }

    @Test
    void aStaticPodIsKnownByTheHashOfItsManifest() {
        String hash = "5d2e9c0f41b7a83694c1f0e2d7b6a583";
        Pod mirror = web0().editMetadata()
                .addToAnnotations("kubernetes.io/config.hash", hash)
                .addToAnnotations("kubernetes.io/config.mirror", hash)
                .endMetadata()
                .build();

        assertThat(proof(withUid(hash), mirror)).isEqualTo(Identity.UID);
        assertThat(proof(withUid("5d0a"), mirror)).isEqualTo(Identity.UID);
        assertThat(missing(withUid("other"), mirror).reason()).isEqualTo(Reason.REPLACED);
    }

    // container

    private static Pod with(ContainerStatus status) {
        return web0().editStatus().withContainerStatuses(status).endStatus().build();
    }

    private static ContainerStatus ended(String id) {
        return new ContainerStatusBuilder()
                .withNewState()
                .withNewTerminated()
                .withContainerID(id)
                .endTerminated()
                .endState()
                .build();
    }

    private static ContainerStatus restarted(String id) {
        return new ContainerStatusBuilder()
                .withContainerID(id("aaaaaaaaaaaa"))
                .withNewLastState()
                .withNewTerminated()
                .withContainerID(id)
                .endTerminated()
                .endLastState()
                .build();
    }

    static Stream<Pod> podsWithTheContainer() {
        String id = id(CONTAINER_ID);
        return Stream.of(
                with(running(id)),
                with(ended(id)),
                with(restarted(id)),
                with(running("docker://" + id.substring("containerd://".length()))),
                web0().editStatus()
                        .withInitContainerStatuses(running(id))
                        .endStatus()
                        .build(),
                web0().editStatus()
                        .withEphemeralContainerStatuses(running(id))
                        .endStatus()
                        .build());
    }

    @ParameterizedTest
    @MethodSource("podsWithTheContainer")
    void aContainerOfAnyKindAndStateProvesThePod(Pod pod) {
        assertThat(proof(withContainer(CONTAINER_ID), pod)).isEqualTo(Identity.CONTAINER);
    }

    @Test
    void aWholeContainerIdProvesThePodToo() {
        String whole = id(CONTAINER_ID).substring("containerd://".length());

        assertThat(proof(withContainer(whole), web0().build())).isEqualTo(Identity.CONTAINER);
    }

    @Test
    void theContainerCountsHoweverOldThePodIs() {
        assertThat(proof(withContainer(CONTAINER_ID), createdAt("2026-11-26T07:00:00Z")))
                .isEqualTo(Identity.CONTAINER);
    }

    @Test
    void anIdThatIsNotReportedYetIsAskedForAgain() {
        Failed failed = (Failed) missing(withContainer("ffffffffffff"), web0().build());

        assertThat(failed.reason()).isEqualTo(Reason.NOT_YET_KNOWN);
        assertThat(failed.retryable()).isTrue();
        assertThat(failed.retryAfter()).contains(Duration.ofSeconds(1));
        assertThat(failed.uncertain()).isFalse();
        assertThat(failed.message()).contains("shop/web-0", "ffffffffffff");
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "9f3c1d2e4b5", "", "9F3C1D2E4B5A", "9f3c1d2e4b5a/../x", "containerd://"})
    void whatIsTooShortOrNoIdFitsNoContainer(String id) {
        assertThat(ContainerIds.contain(web0().build(), id)).isFalse();
    }

    static Stream<Pod> podsWithoutIds() {
        return Stream.of(
                with(new ContainerStatusBuilder().withName("app").build()),
                with(running("")),
                with(new ContainerStatusBuilder()
                        .withNewState()
                        .withNewWaiting()
                        .endWaiting()
                        .endState()
                        .build()),
                web0().editStatus().withContainerStatuses(List.of()).endStatus().build(),
                web0().withStatus(null).build());
    }

    @ParameterizedTest
    @MethodSource("podsWithoutIds")
    void aPodWithoutIdsIsNotYetKnown(Pod pod) {
        assertThat(missing(withContainer(CONTAINER_ID), pod).reason()).isEqualTo(Reason.NOT_YET_KNOWN);
    }

    @ParameterizedTest
    @CsvSource({"PT10S,not-yet-known", "PT10.001S,replaced", "PT1H,replaced", "PT-1H,not-yet-known"})
    void anAlertOlderThanTenSecondsIsAboutAnotherPod(Duration age, String reason) {
        now = TIME.plus(age);

        assertThat(missing(withContainer("ffffffffffff"), web0().build())
                        .reason()
                        .text())
                .isEqualTo(reason);
    }

    @ParameterizedTest
    @CsvSource({"2026-11-26T07:00:02Z,not-yet-known", "2026-11-26T07:00:03Z,replaced"})
    void aPodThatIsYoungerThanTheAlertIsAnotherPod(String created, String reason) {
        assertThat(missing(withContainer("ffffffffffff"), createdAt(created))
                        .reason()
                        .text())
                .isEqualTo(reason);
    }

    // sandbox

    @Test
    void theSandboxProvesNothing() {
        SampleAlert alert = withContainer("d00dfeed1234").field("k8s.pod.sandbox_id", "d00dfeed1234");

        assertThat(missing(alert, web0().build()).reason()).isEqualTo(Reason.UNPROVEN);
    }

    @Test
    void theSandboxRefutesNothing() {
        SampleAlert alert = withContainer("d00dfeed1234").field("k8s.pod.sandbox_id", "d00dfeed1234");
        now = TIME.plusSeconds(60);

        assertThat(proofByAge(alert, web0().build())).isEqualTo(Identity.AGE);
        assertThat(proof(alert.field("k8s.pod.uid", "5d0a"), web0().build())).isEqualTo(Identity.UID);
    }

    // age

    @Test
    void ageIsNoProofUnlessTheOperatorSaysSo() {
        Outcome outcome = missing(alert(), web0().build());

        assertThat(outcome.text()).isEqualTo("denied");
        assertThat(outcome.reason()).isEqualTo(Reason.UNPROVEN);
        assertThat(outcome.message()).contains("shop/web-0", "RESPONSE_IDENTITY=proven");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-11-26T06:55:00Z", "2026-11-26T06:00:00Z"})
    void aPodThatIsOlderByMoreThanTheDelayIsTaken(String created) {
        assertThat(proofByAge(alert(), createdAt(created))).isEqualTo(Identity.AGE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-11-26T06:55:01Z", "2026-11-26T07:00:00Z", "2026-11-26T07:00:02Z"})
    void aPodThatCouldBeTheSuccessorIsUnproven(String created) {
        Outcome outcome = missingByAge(alert(), createdAt(created));

        assertThat(outcome.reason()).isEqualTo(Reason.UNPROVEN);
        assertThat(outcome.message()).contains("RESPONSE_EVENT_DELAY 5m");
    }

    @ParameterizedTest
    @EnumSource(Proof.class)
    void aPodThatWasCreatedAfterTheAlertIsReplaced(Proof required) {
        Found<Pod> found = prove(alert(), createdAt("2026-11-26T07:00:03Z"), required, Effect.CHANGE);

        assertThat(missing(found).reason()).isEqualTo(Reason.REPLACED);
    }

    @Test
    void anAlertFromTheFutureProvesNothing() {
        now = TIME.minusSeconds(3);

        assertThat(missingByAge(alert(), web0().build()).reason()).isEqualTo(Reason.UNPROVEN);
        assertThat(missingByAge(alert(), web0().build()).message()).contains("later than its arrival");
    }

    @Test
    void clocksMayDifferByTwoSeconds() {
        now = TIME.minusSeconds(2);

        assertThat(proofByAge(alert(), web0().build())).isEqualTo(Identity.AGE);
    }

    @Test
    void anAlertThatIsLaterThanItsArrivalProvesNothing() {
        now = TIME.plusSeconds(60);
        SampleAlert alert =
                alert().attribute("knativearrivaltime", TIME.minusSeconds(3).toString());

        assertThat(missingByAge(alert, web0().build()).reason()).isEqualTo(Reason.UNPROVEN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "2026-11-26T07:00:00.2Z", "2026-11-26T08:00:00+01:00"})
    void anArrivalThatIsLaterOrUnreadableIsNoDoubt(String arrival) {
        assertThat(proofByAge(alert().attribute("knativearrivaltime", arrival), web0().build()))
                .isEqualTo(Identity.AGE);
    }

    @Test
    void anArrivalFromTheFutureDoesNotExcuseAnAlertFromTheFuture() {
        now = TIME.minusSeconds(3);
        SampleAlert alert = alert().attribute("knativearrivaltime", TIME.toString());

        assertThat(missingByAge(alert, web0().build()).reason()).isEqualTo(Reason.UNPROVEN);
    }

    // reading

    @ParameterizedTest
    @ValueSource(strings = {"2026-11-26T06:00:00Z", "2026-11-26T06:59:59Z", "2026-11-26T07:00:02Z"})
    void readingGoesOnWithAge(String created) {
        Pod pod = createdAt(created);
        now = TIME.minusSeconds(60);

        assertThat(proof(prove(alert(), pod, Proof.PROVEN, Effect.READ), pod)).isEqualTo(Identity.AGE);
    }

    @Test
    void readingStopsAtAPodThatIsAnother() {
        Found<Pod> younger = prove(alert(), createdAt("2026-11-26T07:00:03Z"), Proof.PROVEN, Effect.READ);
        Found<Pod> other = prove(withUid("0000"), web0().build(), Proof.PROVEN, Effect.READ);

        assertThat(missing(younger).reason()).isEqualTo(Reason.REPLACED);
        assertThat(missing(other).reason()).isEqualTo(Reason.REPLACED);
    }
}
