package dev.falcoresponse.pods;

import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Denied;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.settings.ResponseSettings;
import dev.falcoresponse.settings.Self;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What protects a pod. */
final class PodGuards {
    private final ResponseSettings settings;
    private final Self self;

    PodGuards(ResponseSettings settings, Self self) {
        this.settings = settings;
        this.self = self;
    }

    static Optional<Outcome> terminating(Pod pod) {
        String since = pod.getMetadata().getDeletionTimestamp();
        return since == null
                ? Optional.empty()
                : Optional.of(new Skipped(
                        Reason.TERMINATING, "Pod " + Pods.name(pod) + " is terminating already, until " + since));
    }

    Optional<Outcome> exempt(Pod pod) {
        var labels = pod.getMetadata().getLabels();
        boolean exempt = labels != null && "true".equals(labels.get(settings.exemptLabel()));
        return Denied.when(
                exempt, Reason.EXEMPT, "Pod " + Pods.name(pod) + " has the label " + settings.exemptLabel() + "=true");
    }

    Optional<Outcome> ownerKind(Pod pod) {
        List<String> denied = settings.deniedOwnerKinds().orElse(List.of());
        return ownerKinds(pod.getMetadata())
                .filter(denied::contains)
                .findFirst()
                .map(kind -> new Denied(
                        Reason.OWNER_KIND,
                        "Pod " + Pods.name(pod) + " belongs to a " + kind + ", one of RESPONSE_DENIED_OWNER_KINDS"));
    }

    private static Stream<String> ownerKinds(ObjectMeta meta) {
        Stream<String> owners = meta.getOwnerReferences().stream().map(OwnerReference::getKind);
        boolean isMirror =
                meta.getAnnotations() != null && meta.getAnnotations().containsKey(Pods.MIRROR);
        return isMirror ? Stream.concat(owners, Stream.of("Node")) : owners;
    }

    Optional<Outcome> self(Pod pod) {
        boolean same =
                self.is(pod.getMetadata().getNamespace(), pod.getMetadata().getName());
        return Denied.when(same, Reason.SELF, "Pod " + Pods.name(pod) + " is this function's own");
    }
}
