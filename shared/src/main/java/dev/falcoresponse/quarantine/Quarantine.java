package dev.falcoresponse.quarantine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The marks on a pod that was cut off, all of them made of its uid, so that they can be put and taken away again. */
public final class Quarantine {
    /** Its value is the pod's own uid: the pod's policies select by it, and a copy on another pod means nothing. */
    public static final String LABEL = "falco-response/quarantine";

    /** The labels that were taken away, as a JSON object; absent when the pod kept its labels. */
    public static final String LABELS = "falco-response/original-labels";

    /** What is cut: {@code pod} or {@code address}. */
    public static final String SCOPE = "falco-response/scope";

    /** Whose pod it was, kind and name; absent when no controller had it. */
    public static final String OWNER = "falco-response/owner";

    /** The kinds of policies that deny, beside the plain NetworkPolicy, between commas; absent when there is none. */
    public static final String POLICY_KIND = "falco-response/policy-kind";

    public static final String RULE = "falco-response/rule";
    public static final String EVENT_ID = "falco-response/event-id";

    /** RFC 3339. */
    public static final String EVENT_TIME = "falco-response/event-time";

    /** RFC 3339; absent when it never expires. */
    public static final String EXPIRES_AT = "falco-response/expires-at";

    /** All of them, to be taken away together. */
    public static final List<String> ANNOTATIONS =
            List.of(LABELS, SCOPE, OWNER, POLICY_KIND, RULE, EVENT_ID, EVENT_TIME, EXPIRES_AT);

    static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    static final String MANAGER = "falco-response";

    private static final Pattern NAME =
            Pattern.compile("([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");
    private static final Pattern VALUE = Pattern.compile("([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?");

    private static final ObjectMapper JSON = new ObjectMapper();

    private Quarantine() {}

    /** The name of the policies that cut the pod off as a whole. */
    public static String policyName(Pod pod) {
        return "falco-response-" + uid(pod);
    }

    /** The name of the policy that cuts addresses off. */
    public static String addressPolicyName(Pod pod) {
        return policyName(pod) + "-addresses";
    }

    /** Whether the pod bears the mark with its own uid. */
    public static boolean isMarked(Pod pod) {
        return uid(pod).equals(labels(pod).get(LABEL));
    }

    /** Whether it bears any mark at all, be it that someone has taken the label away. */
    public static boolean isTouched(Pod pod) {
        return isMarked(pod) || ANNOTATIONS.stream().anyMatch(annotations(pod)::containsKey);
    }

    /** Whether a policy was made here, for exactly this pod; the one kind that cannot be owned by a pod has its name. */
    public static boolean isOurs(HasMetadata policy, Pod pod) {
        Map<String, String> labels =
                Optional.ofNullable(policy.getMetadata().getLabels()).orElse(Map.of());
        String name = policy.getMetadata().getName();
        return (policyName(pod).equals(name) || addressPolicyName(pod).equals(name))
                && MANAGER.equals(labels.get(MANAGED_BY))
                && uid(pod).equals(labels.get(LABEL));
    }

    /** The labels of a policy that is made here for this pod. */
    public static Map<String, String> policyLabels(Pod pod) {
        return Map.of(MANAGED_BY, MANAGER, LABEL, uid(pod));
    }

    public static Map<String, String> labels(Pod pod) {
        return Optional.ofNullable(pod.getMetadata().getLabels()).orElse(Map.of());
    }

    public static Map<String, String> annotations(Pod pod) {
        return Optional.ofNullable(pod.getMetadata().getAnnotations()).orElse(Map.of());
    }

    public static String uid(Pod pod) {
        return pod.getMetadata().getUid();
    }

    /** Namespace and name, as people write them. */
    public static String name(Pod pod) {
        return pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
    }

    /** When it is to be given back; empty when never, or when nobody can read what is written there. */
    public static Optional<Instant> expiry(Pod pod) {
        return time(pod, EXPIRES_AT);
    }

    /** A time that the pod bears in an annotation. */
    public static Optional<Instant> time(Pod pod, String annotation) {
        try {
            return Optional.ofNullable(annotations(pod).get(annotation)).map(Instant::parse);
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** The text of {@link #LABELS}. */
    public static String write(Map<String, String> labels) {
        try {
            return JSON.writeValueAsString(labels);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The labels that were taken from a pod; whatever else a hand has written there counts as nothing. */
    public static Map<String, String> takenLabels(Pod pod) {
        Map<String, String> taken = new TreeMap<>();
        try {
            JSON.readTree(annotations(pod).getOrDefault(LABELS, "{}"))
                    .properties()
                    .forEach(each -> {
                        String value = each.getValue().asText();
                        boolean isLabel = each.getValue().isTextual()
                                && NAME.matcher(each.getKey()).matches()
                                && VALUE.matcher(value).matches();
                        if (isLabel && !each.getKey().equals(LABEL)) {
                            taken.put(each.getKey(), value);
                        }
                    });
        } catch (JsonProcessingException e) {
            return Map.of();
        }
        return taken;
    }
}
