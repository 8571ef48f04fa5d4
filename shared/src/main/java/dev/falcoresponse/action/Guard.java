package dev.falcoresponse.action;

import java.util.List;
import java.util.Optional;

/** One thing that can stop an action: a refusal with its reason, or nothing. */
@FunctionalInterface
public interface Guard<T> {
    Optional<Outcome> refusal(T subject);

    /** The first refusal decides. */
    static <T> Optional<Outcome> first(List<Guard<T>> guards, T subject) {
        return guards.stream().flatMap(guard -> guard.refusal(subject).stream()).findFirst();
    }
}
