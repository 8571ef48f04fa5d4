package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.quarantine.Quarantine;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether a pod is let go of by those who know it by its labels.
 *
 * @param selectors theirs: of Services and of its controller
 * @param consequence what comes of it, as the rest of a sentence about the pod
 */
record Detachment(boolean detached, List<LabelSelector> selectors, String consequence) {
    Detachment {
        selectors = List.copyOf(selectors);
    }

    static Detachment inPlace(String why) {
        return new Detachment(false, List.of(), why + ": Services go on sending to it, in vain");
    }

    /** The labels by which anyone selects the pod; whoever has none to look at, or looks for their absence, stays. */
    SortedSet<String> labelsToTake(Pod pod, List<NetworkPolicy> policies) {
        if (!detached) {
            return new TreeSet<>();
        }
        Map<String, String> left = new HashMap<>(Quarantine.labels(pod));
        SortedSet<String> taken = new TreeSet<>();
        // who looks for the absence of a label may select the pod only when that is gone
        for (Set<String> next = handles(left, policies); !next.isEmpty(); next = handles(left, policies)) {
            taken.addAll(next);
            left.keySet().removeAll(next);
        }
        return taken;
    }

    private Set<String> handles(Map<String, String> labels, List<NetworkPolicy> policies) {
        return Stream.concat(
                        selectors.stream(),
                        policies.stream().map(each -> each.getSpec().getPodSelector()))
                .filter(selector -> Selectors.selects(selector, labels))
                .flatMap(Selectors::handles)
                .filter(labels::containsKey)
                .filter(name -> !name.equals(Quarantine.LABEL))
                .collect(Collectors.toSet());
    }
}
