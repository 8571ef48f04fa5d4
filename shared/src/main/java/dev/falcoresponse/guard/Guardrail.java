package dev.falcoresponse.guard;

import dev.falcoresponse.Outcome;
import java.util.List;
import java.util.Optional;

/** One thing that stops an action, with the reason for its name: the refusal, or nothing. */
@FunctionalInterface
public interface Guardrail<T> {
    Optional<Outcome> refusal(T subject);

    /** The first refusal decides. */
    static <T> Optional<Outcome> first(List<Guardrail<T>> guardrails, T subject) {
        return guardrails.stream()
                .flatMap(each -> each.refusal(subject).stream())
                .findFirst();
    }
}
