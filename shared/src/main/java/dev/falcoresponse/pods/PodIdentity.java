package dev.falcoresponse.pods;

import dev.falcoresponse.action.Effect;
import dev.falcoresponse.action.Found;
import dev.falcoresponse.action.Found.Missing;
import dev.falcoresponse.action.Found.Proven;
import dev.falcoresponse.action.Identity;
import dev.falcoresponse.action.Outcome.Denied;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.PodReference;
import dev.falcoresponse.settings.Durations;
import dev.falcoresponse.settings.Proof;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Proves that a pod is the one that an alert is about, by the first proof that the alert offers: uid, container, age.
 *
 * @param required which proof a change needs
 * @param eventDelay how late an alert's own time may be
 */
record PodIdentity(Proof required, Duration eventDelay, InstantSource clock) {
    /** How far the clocks of a node and of the API server may differ. */
    static final Duration CLOCK_DIFFERENCE = Duration.ofSeconds(2);

    /** By then the kubelet has reported the id of a container that has just started. */
    private static final Duration REPORTED = Duration.ofSeconds(10);

    Found<Pod> prove(Alert alert, Pod pod, Effect effect) {
        PodReference named = alert.pod();
        if (!named.uid().isEmpty()) {
            return byUid(named.uid(), pod);
        }
        if (!named.containerId().isEmpty() && !named.isSandbox()) {
            return byContainer(alert, pod);
        }
        return byAge(alert, pod, effect);
    }

    static Found<Pod> byUid(String uid, Pod pod) {
        String hash = Optional.ofNullable(pod.getMetadata().getAnnotations())
                .filter(annotations -> annotations.containsKey(Pods.MIRROR))
                .map(annotations -> annotations.get(Pods.CONFIG_HASH))
                .orElse("");
        return uid.equals(pod.getMetadata().getUid()) || uid.equals(hash)
                ? new Proven<>(pod, Identity.UID)
                : replaced(pod, "its uid is " + pod.getMetadata().getUid() + ", the event names " + uid);
    }

    private Found<Pod> byContainer(Alert alert, Pod pod) {
        String id = alert.pod().containerId();
        if (ContainerIds.contain(pod, id)) {
            return new Proven<>(pod, Identity.CONTAINER);
        }
        if (isCreatedAfter(alert, pod) || alert.time().plus(REPORTED).isBefore(clock.instant())) {
            return replaced(
                    pod, "none of its containers (uid " + pod.getMetadata().getUid() + ") has the id " + id);
        }
        return new Missing<>(Failed.retryable(
                        Reason.NOT_YET_KNOWN,
                        "None of the containers of pod " + Pods.name(pod) + " has the id " + id
                                + " yet: the kubelet may not have reported it")
                .after(Optional.of(Duration.ofSeconds(1))));
    }

    private Found<Pod> byAge(Alert alert, Pod pod, Effect effect) {
        if (isCreatedAfter(alert, pod)) {
            return replaced(pod, "it was created at " + created(pod) + ", after the alert");
        }
        if (effect == Effect.READ) {
            return new Proven<>(pod, Identity.AGE);
        }
        return doubt(alert, pod)
                .<Found<Pod>>map(why -> new Missing<>(new Denied(
                        Reason.UNPROVEN,
                        "The alert names neither the uid nor a container of pod " + Pods.name(pod) + ", and " + why)))
                .orElseGet(() -> new Proven<>(pod, Identity.AGE));
    }

    /** Why the pod's age proves nothing, as the rest of a sentence. */
    private Optional<String> doubt(Alert alert, Pod pod) {
        if (required == Proof.PROVEN) {
            return Optional.of("RESPONSE_IDENTITY=proven takes no other proof");
        }
        Instant now = clock.instant();
        Instant arrival = AlertGuards.arrival(alert).filter(now::isAfter).orElse(now);
        if (alert.time().isAfter(arrival.plus(CLOCK_DIFFERENCE))) {
            return Optional.of("its time, " + alert.time() + ", is later than its arrival");
        }
        return created(pod).plus(eventDelay).isBefore(alert.time())
                ? Optional.empty()
                : Optional.of("the pod was created at " + created(pod) + ", within RESPONSE_EVENT_DELAY "
                        + Durations.text(eventDelay) + " before it");
    }

    private static boolean isCreatedAfter(Alert alert, Pod pod) {
        return created(pod).isAfter(alert.time().plus(CLOCK_DIFFERENCE));
    }

    private static Instant created(Pod pod) {
        return Instant.parse(pod.getMetadata().getCreationTimestamp());
    }

    private static Found<Pod> replaced(Pod pod, String difference) {
        return new Missing<>(new Skipped(
                Reason.REPLACED, "Pod " + Pods.name(pod) + " is not the one that the event is about: " + difference));
    }
}
