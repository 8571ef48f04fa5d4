package dev.falcoresponse.isolatenetwork;

import static java.util.stream.Collectors.joining;

import dev.falcoresponse.event.Alert;
import dev.falcoresponse.isolatenetwork.IsolateNetworkSettings.Scope;
import dev.falcoresponse.kubernetes.ApiException;
import dev.falcoresponse.kubernetes.ApiServer;
import dev.falcoresponse.kubernetes.ApiServer.Run;
import dev.falcoresponse.kubernetes.JsonPatch;
import dev.falcoresponse.quarantine.Quarantine;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** Puts the marks on a pod and takes labels away, in one patch that loses nothing of what others write meanwhile. */
final class Marking {
    /** How often labels are taken away that someone else has put there meanwhile. */
    private static final int ATTEMPTS = 3;

    private final ApiServer api;
    private final Optional<Duration> expiresAfter;
    private final InstantSource clock;

    Marking(ApiServer api, Optional<Duration> expiresAfter, InstantSource clock) {
        this.api = api;
        this.expiresAfter = expiresAfter;
        this.clock = clock;
    }

    /**
     * What a pod gets and loses.
     *
     * @param labelsToTake which labels a pod, as it is now, must lose
     * @param owner who controls it; empty when nobody does
     * @param policyKind of the policy that denies; empty when there is none
     * @param known whether the marks that it bears already are ours; otherwise nobody believes them, and they go
     * @param bare whether it gets the label alone, since its annotations are full
     */
    record Marks(
            Scope scope,
            Function<Pod, Set<String>> labelsToTake,
            Optional<String> owner,
            Optional<String> policyKind,
            boolean known,
            boolean bare) {
        /** The label alone: whoever has filled the annotations must not get away with that. */
        Marks bareOnes() {
            return new Marks(scope, _ -> Set.of(), Optional.empty(), Optional.empty(), known, true);
        }
    }

    /** Marks the pod; once more when someone has meanwhile put a label there that must go, too. */
    Pod put(Alert alert, Pod pod, Marks marks, Run run) throws ApiException {
        Pod marked = pod;
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            marked = api.patch(marked, each -> patch(alert, each, marks), run);
            if (marks.labelsToTake().apply(marked).isEmpty()) {
                break;
            }
        }
        return marked;
    }

    private JsonPatch patch(Alert alert, Pod pod, Marks marks) {
        JsonPatch patch = new JsonPatch(pod);
        Set<String> leaving = marks.labelsToTake().apply(pod);
        Map<String, String> taken = new TreeMap<>(marks.known() ? Quarantine.takenLabels(pod) : Map.of());
        for (String label : leaving) {
            patch.removeLabel(label);
            taken.put(label, String.valueOf(Quarantine.labels(pod).get(label)));
        }
        patch.putLabel(Quarantine.LABEL, Quarantine.uid(pod));
        Map<String, String> annotations = marks.bare() ? Map.of() : annotations(alert, pod, marks, taken);
        annotations.forEach(patch::putAnnotation);
        Quarantine.ANNOTATIONS.stream()
                .filter(name -> !annotations.containsKey(name))
                .filter(Quarantine.annotations(pod)::containsKey)
                .forEach(patch::removeAnnotation);
        return patch;
    }

    private Map<String, String> annotations(Alert alert, Pod pod, Marks marks, Map<String, String> taken) {
        Map<String, String> before = marks.known() ? Quarantine.annotations(pod) : Map.of();
        Map<String, String> annotations = new TreeMap<>();
        annotations.put(Quarantine.SCOPE, marks.scope().name().toLowerCase(Locale.ROOT));
        annotations.put(Quarantine.RULE, alert.rule());
        annotations.put(Quarantine.EVENT_ID, alert.eventId());
        annotations.put(Quarantine.EVENT_TIME, alert.time().toString());
        marks.owner()
                .or(() -> Optional.ofNullable(before.get(Quarantine.OWNER)))
                .ifPresent(owner -> annotations.put(Quarantine.OWNER, owner));
        String kinds = Stream.concat(Stream.ofNullable(before.get(Quarantine.POLICY_KIND)), marks.policyKind().stream())
                .flatMap(written -> Stream.of(written.split(",", -1)))
                .distinct()
                .collect(joining(","));
        if (!kinds.isEmpty()) {
            annotations.put(Quarantine.POLICY_KIND, kinds);
        }
        if (!taken.isEmpty()) {
            annotations.put(Quarantine.LABELS, Quarantine.write(taken));
        }
        expiresAfter
                .map(clock.instant()::plus)
                .ifPresent(expiry -> annotations.put(Quarantine.EXPIRES_AT, expiry.toString()));
        return annotations;
    }
}
