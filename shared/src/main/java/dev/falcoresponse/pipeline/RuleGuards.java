package dev.falcoresponse.pipeline;

import dev.falcoresponse.action.Guard;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Denied;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.settings.ResponseSettings;
import java.util.List;
import java.util.Optional;

/** Guards on the rule and the priority of an alert, which come first for every action. */
record RuleGuards(ResponseSettings settings) {
    List<Guard<Alert>> all() {
        return List.of(this::rule, this::priority);
    }

    private Optional<Outcome> rule(Alert alert) {
        List<String> rules = settings.rules().orElse(List.of());
        return Denied.when(
                !rules.isEmpty() && !rules.contains(alert.rule()),
                Reason.RULE,
                "Rule \"" + alert.rule() + "\" is not among RESPONSE_RULES");
    }

    private Optional<Outcome> priority(Alert alert) {
        return Denied.when(
                alert.rank().compareTo(settings.minPriority()) < 0,
                Reason.PRIORITY,
                "Priority " + alert.rank().text() + " is below RESPONSE_MIN_PRIORITY "
                        + settings.minPriority().text());
    }
}
