package dev.falcoresponse;

import dev.falcoresponse.kubernetes.ApiException;
import dev.falcoresponse.kubernetes.Permission;
import java.util.List;
import java.util.Optional;

/** What a function gives: one thing that it does about an event. */
public sealed interface Action permits PodAction, EventAction {
    /** The action's name in kebab-case, as in its folder, image, record and CloudEvents. */
    String name();

    /** What the function must be allowed to do; readiness asks the API server for each. */
    List<Permission> permissions();

    /**
     * What else keeps it from doing its work, as the rest of a sentence; readiness asks for it.
     *
     * @throws ApiException when the API server could not be asked
     */
    default Optional<String> obstacle() throws ApiException {
        return Optional.empty();
    }
}
