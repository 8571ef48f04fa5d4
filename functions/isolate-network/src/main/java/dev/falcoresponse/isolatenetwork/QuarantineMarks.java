package dev.falcoresponse.isolatenetwork;

import static java.util.stream.Collectors.joining;

import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.isolatenetwork.IsolateNetworkSettings.Scope;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** Marks a pod and removes labels, in one patch that loses no concurrent change. */
final class QuarantineMarks {
    /** How often labels are removed that somebody else added in between. */
    private static final int ATTEMPTS = 3;

    private final PodPatcher patcher;
    private final Optional<Duration> expiresAfter;
    private final InstantSource clock;

    QuarantineMarks(PodPatcher patcher, Optional<Duration> expiresAfter, InstantSource clock) {
        this.patcher = patcher;
        this.expiresAfter = expiresAfter;
        this.clock = clock;
    }

    /**
     * The marks that a pod gets, and the labels that it loses.
     *
     * @param labelsToRemove which labels the pod, as it is now, must lose
     * @param owner its controller
     * @param policyKind of the policy beside the plain one
     * @param known whether marks that the pod has already are ours; otherwise they are forged, and are overwritten
     * @param bare whether the pod gets the label alone
     */
    record Marks(
            Scope scope,
            Function<Pod, Set<String>> labelsToRemove,
            Optional<String> owner,
            Optional<String> policyKind,
            boolean known,
            boolean bare) {
        /** All marks, and no label removed: somebody may insist on the labels. */
        Marks keepingLabels() {
            return new Marks(scope, _ -> Set.of(), owner, policyKind, known, false);
        }

        /** The label alone: full annotations must not keep a pod from being isolated. */
        Marks withoutAnnotations() {
            return new Marks(scope, _ -> Set.of(), Optional.empty(), Optional.empty(), known, true);
        }
    }

    /** @param detachment what became of it */
    record Marked(Pod pod, Detachment detachment) {}

    /** The pod is isolated also where admission insists on its labels, or where its annotations are full. */
    Marked put(Alert alert, Pod pod, Marks wanted, Detachment detachment, Run run) throws OutcomeException {
        Optional<Pod> detached = unlessRefused(alert, pod, wanted, run);
        if (detached.isPresent()) {
            return new Marked(detached.get(), detachment);
        }
        Optional<Pod> inPlace = unlessRefused(alert, pod, wanted.keepingLabels(), run);
        return inPlace.isPresent()
                ? new Marked(
                        inPlace.get(),
                        Detachment.inPlace("it keeps its labels, since admission refused to remove them"))
                : new Marked(
                        put(alert, pod, wanted.withoutAnnotations(), run),
                        Detachment.inPlace(
                                "it keeps its labels, since its annotations are full and could not hold them"));
    }

    private Optional<Pod> unlessRefused(Alert alert, Pod pod, Marks wanted, Run run) throws OutcomeException {
        try {
            return Optional.of(put(alert, pod, wanted, run));
        } catch (OutcomeException e) {
            if (!e.outcome().reason().equals(Reason.REFUSED_BY_ADMISSION)) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** Marks the pod; again when somebody added a label in between that must be removed, too. */
    Pod put(Alert alert, Pod pod, Marks marks, Run run) throws OutcomeException {
        Pod marked = pod;
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            marked = patcher.patch(marked, patch(alert, marked, marks), run);
            if (marks.labelsToRemove().apply(marked).isEmpty()) {
                break;
            }
        }
        return marked;
    }

    private MetadataPatch patch(Alert alert, Pod pod, Marks marks) {
        MetadataPatch patch = new MetadataPatch(pod);
        Set<String> toRemove = marks.labelsToRemove().apply(pod);
        Map<String, String> removed = new TreeMap<>(marks.known() ? Quarantine.removedLabels(pod) : Map.of());
        for (String label : toRemove) {
            patch.removeLabel(label);
            removed.put(label, String.valueOf(Quarantine.labels(pod).get(label)));
        }
        patch.putLabel(Quarantine.LABEL, Quarantine.uid(pod));
        Map<String, String> annotations = marks.bare() ? Map.of() : annotations(alert, pod, marks, removed);
        annotations.forEach(patch::putAnnotation);
        // those of an earlier isolation are still needed for its undo
        Quarantine.ANNOTATIONS.stream()
                .filter(name -> !annotations.containsKey(name) && !(marks.bare() && marks.known()))
                .filter(Quarantine.annotations(pod)::containsKey)
                .forEach(patch::removeAnnotation);
        return patch;
    }

    private Map<String, String> annotations(Alert alert, Pod pod, Marks marks, Map<String, String> removed) {
        Map<String, String> before = marks.known() ? Quarantine.annotations(pod) : Map.of();
        Map<String, String> annotations = new TreeMap<>();
        annotations.put(Quarantine.SCOPE, Quarantine.text(marks.scope()));
        annotations.put(Quarantine.RULE, alert.rule());
        annotations.put(Quarantine.EVENT_ID, alert.id());
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
        if (!removed.isEmpty()) {
            annotations.put(Quarantine.LABELS, Quarantine.write(removed));
        }
        expiresAfter
                .map(clock.instant()::plus)
                .ifPresent(expiry -> annotations.put(Quarantine.EXPIRES_AT, expiry.toString()));
        return annotations;
    }
}
