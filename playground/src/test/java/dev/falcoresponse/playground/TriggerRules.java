package dev.falcoresponse.playground;

import dev.falcoresponse.playground.broker.Manifests;
import java.nio.file.Path;
import java.util.List;

/** The rules that the Triggers of a file name. */
final class TriggerRules {
    private TriggerRules() {}

    /** In alphabetical order. */
    static List<String> of(Path file) {
        return Manifests.read(file, "Trigger").stream()
                .flatMap(trigger -> trigger.at("/spec/filters").valueStream())
                .flatMap(filter -> filter.path("any").valueStream())
                .map(each -> each.at("/exact/rule").asText())
                .filter(rule -> !rule.isEmpty())
                .sorted()
                .toList();
    }
}
