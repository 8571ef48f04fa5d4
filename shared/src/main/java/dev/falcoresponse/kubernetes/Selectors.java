package dev.falcoresponse.kubernetes;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Label selectors, as the API server and its controllers read them. */
public final class Selectors {
    private Selectors() {}

    /** Whether a selector matches these labels; an empty selector matches all. */
    public static boolean selects(LabelSelector selector, Map<String, String> labels) {
        return matchLabels(selector).entrySet().stream()
                        .allMatch(each -> Objects.equals(each.getValue(), labels.get(each.getKey())))
                && selector.getMatchExpressions().stream().allMatch(each -> holds(each, labels));
    }

    /** The keys of the labels that a selector needs to match; not of those that must be absent. */
    public static Stream<String> keys(LabelSelector selector) {
        return Stream.concat(
                matchLabels(selector).keySet().stream(),
                selector.getMatchExpressions().stream()
                        .filter(each -> List.of("In", "Exists").contains(each.getOperator()))
                        .map(LabelSelectorRequirement::getKey));
    }

    private static Map<String, String> matchLabels(LabelSelector selector) {
        return Optional.ofNullable(selector.getMatchLabels()).orElse(Map.of());
    }

    private static boolean holds(LabelSelectorRequirement requirement, Map<String, String> labels) {
        String value = labels.get(requirement.getKey());
        return switch (requirement.getOperator()) {
            case "In" -> value != null && requirement.getValues().contains(value);
            case "NotIn" -> value == null || !requirement.getValues().contains(value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            default -> throw new IllegalStateException("No such operator: " + requirement.getOperator());
        };
    }
}
