package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.kubernetes.Selectors;
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
 * Whether a pod loses the labels by which Services and its controller select it.
 *
 * @param selectors of Services and of the controller
 * @param consequence as the rest of a sentence about the pod
 */
record Detachment(boolean detached, List<LabelSelector> selectors, String consequence) {
    Detachment {
        selectors = List.copyOf(selectors);
    }

    static Detachment inPlace(String why) {
        return new Detachment(false, List.of(), why + ": Services go on sending requests to it, which are lost");
    }

    /** Cilium takes a pod with this label for a host, to which no policy applies. */
    static final String HOST = "host";

    /** The labels by which anyone selects the pod. Selectors that match no label, or the absence of one, still match. */
    SortedSet<String> labelsToRemove(Pod pod, List<NetworkPolicy> policies) {
        if (!detached) {
            return new TreeSet<>();
        }
        Map<String, String> left = new HashMap<>(Quarantine.labels(pod));
        SortedSet<String> removed = new TreeSet<>();
        if (left.remove(HOST) != null) {
            removed.add(HOST);
        }
        // a selector for the absence of a label may match only once that label is removed
        for (Set<String> next = selecting(left, policies); !next.isEmpty(); next = selecting(left, policies)) {
            removed.addAll(next);
            left.keySet().removeAll(next);
        }
        return removed;
    }

    private Set<String> selecting(Map<String, String> labels, List<NetworkPolicy> policies) {
        return Stream.concat(
                        selectors.stream(),
                        policies.stream().map(each -> each.getSpec().getPodSelector()))
                .filter(selector -> Selectors.selects(selector, labels))
                .flatMap(Selectors::keys)
                .filter(labels::containsKey)
                .filter(name -> !name.equals(Quarantine.LABEL))
                .collect(Collectors.toSet());
    }
}
