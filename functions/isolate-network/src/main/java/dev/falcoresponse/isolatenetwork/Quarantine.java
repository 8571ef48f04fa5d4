package dev.falcoresponse.isolatenetwork;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.falcoresponse.event.KubernetesNames;
import dev.falcoresponse.event.Times;
import dev.falcoresponse.isolatenetwork.IsolateNetworkSettings.Scope;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The marks on an isolated pod. All are derived from its uid, so that they can be set and removed again. */
final class Quarantine {
    /** The pod's own uid: its policies select by it, and a copy on another pod means nothing. */
    static final String LABEL = "falco-response/quarantine";

    /** The removed labels, as a JSON object; absent when the pod kept its labels. */
    static final String LABELS = "falco-response/original-labels";

    /** The scope of the isolation: {@code pod} or {@code address}. */
    static final String SCOPE = "falco-response/scope";

    /** Kind and name of the controller; absent when there was none. */
    static final String OWNER = "falco-response/owner";

    /** The kinds of policies beside the plain NetworkPolicy, separated by commas; absent when there is none. */
    static final String POLICY_KIND = "falco-response/policy-kind";

    static final String RULE = "falco-response/rule";
    static final String EVENT_ID = "falco-response/event-id";

    /** RFC 3339. */
    static final String EVENT_TIME = "falco-response/event-time";

    /** RFC 3339; absent when the isolation never expires. */
    static final String EXPIRES_AT = "falco-response/expires-at";

    /** All annotations. */
    static final List<String> ANNOTATIONS =
            List.of(LABELS, SCOPE, OWNER, POLICY_KIND, RULE, EVENT_ID, EVENT_TIME, EXPIRES_AT);

    /** The end of the name of such a policy. */
    static final String ADDRESSES = "-addresses";

    static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    static final String MANAGER = "falco-response";

    private static final ObjectMapper JSON = new ObjectMapper();

    private Quarantine() {}

    /** The name of the policies that isolate the pod from everyone. */
    static String policyName(Pod pod) {
        return "falco-response-" + uid(pod);
    }

    /** The name of the policy that isolates the pod from addresses. */
    static String addressPolicyName(Pod pod) {
        return policyName(pod) + ADDRESSES;
    }

    /** Whether the pod has the label with its own uid. */
    static boolean isMarked(Pod pod) {
        return uid(pod).equals(labels(pod).get(LABEL));
    }

    /** Whether the marks say that the pod was isolated from this. */
    static boolean isOfScope(Scope scope, Pod pod) {
        return text(scope).equals(annotations(pod).get(SCOPE));
    }

    static String text(Scope scope) {
        return scope.name().toLowerCase(Locale.ROOT);
    }

    /** Whether the pod has any mark at all, perhaps without the label. */
    static boolean isTouched(Pod pod) {
        return isMarked(pod) || ANNOTATIONS.stream().anyMatch(annotations(pod)::containsKey);
    }

    /** Whether a policy is ours, for this very pod. */
    static boolean isOurs(HasMetadata policy, Pod pod) {
        Map<String, String> labels =
                Optional.ofNullable(policy.getMetadata().getLabels()).orElse(Map.of());
        String name = policy.getMetadata().getName();
        return (policyName(pod).equals(name) || addressPolicyName(pod).equals(name))
                && MANAGER.equals(labels.get(MANAGED_BY))
                && uid(pod).equals(labels.get(LABEL));
    }

    /** The labels of our policies for this pod. */
    static Map<String, String> policyLabels(Pod pod) {
        return Map.of(MANAGED_BY, MANAGER, LABEL, uid(pod));
    }

    static Map<String, String> labels(Pod pod) {
        return Optional.ofNullable(pod.getMetadata().getLabels()).orElse(Map.of());
    }

    static Map<String, String> annotations(Pod pod) {
        return Optional.ofNullable(pod.getMetadata().getAnnotations()).orElse(Map.of());
    }

    static String uid(Pod pod) {
        return pod.getMetadata().getUid();
    }

    static boolean isExpired(Pod pod, Instant now) {
        return Times.hasCome(annotations(pod).get(EXPIRES_AT), now);
    }

    /** The text of {@link #LABELS}. */
    static String write(Map<String, String> labels) {
        try {
            return JSON.writeValueAsString(labels);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The removed labels; anything else that somebody wrote into the annotation is ignored. */
    static Map<String, String> removedLabels(Pod pod) {
        Map<String, String> removed = new TreeMap<>();
        try {
            JSON.readTree(annotations(pod).getOrDefault(LABELS, "{}"))
                    .properties()
                    .forEach(each -> {
                        String value = each.getValue().asText();
                        boolean isLabel = each.getValue().isTextual()
                                && KubernetesNames.isLabelKey(each.getKey())
                                && KubernetesNames.isLabelValue(value);
                        if (isLabel && !each.getKey().equals(LABEL)) {
                            removed.put(each.getKey(), value);
                        }
                    });
        } catch (JsonProcessingException e) {
            return Map.of();
        }
        return removed;
    }
}
