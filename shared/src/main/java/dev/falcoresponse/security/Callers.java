package dev.falcoresponse.security;

import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.kubernetes.AccessApi;
import dev.falcoresponse.settings.ResponseSettings;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Who may call: everybody, or whoever sends a bearer token (RFC 6750) that is the one in {@code RESPONSE_TOKEN_FILE} or one
 * of this cluster for {@code RESPONSE_OIDC_AUDIENCE}.
 */
public final class Callers {
    private static final String SCHEME = "Bearer ";

    private final Optional<SharedToken> shared;
    private final Optional<ReviewedTokens> reviewed;

    private Callers(Optional<SharedToken> shared, Optional<ReviewedTokens> reviewed) {
        this.shared = shared;
        this.reviewed = reviewed;
    }

    /** What a caller may do. */
    public enum Verdict {
        ADMITTED,
        /** The token is missing or not valid. */
        UNAUTHENTICATED,
        /** The token is valid, but its user is not among the callers. */
        NOT_ALLOWED
    }

    /**
     * Reads the settings.
     *
     * @throws ConfigurationException when the token file holds no token, or subjects are given without an audience
     */
    public static Callers of(ResponseSettings settings, AccessApi api, LongSupplier nanoTime) {
        Optional<List<String>> subjects = settings.oidcSubjects();
        if (subjects.isPresent() && settings.oidcAudience().isEmpty()) {
            throw new ConfigurationException("RESPONSE_OIDC_SUBJECTS is \"" + String.join(",", subjects.get())
                    + "\": it has no effect without RESPONSE_OIDC_AUDIENCE.");
        }
        return new Callers(
                settings.tokenFile().map(SharedToken::in),
                settings.oidcAudience()
                        .map(audience -> new ReviewedTokens(api, audience, subjects.orElse(List.of()), nanoTime)));
    }

    /** Whether callers are checked; {@link #judge} may then read a file or ask the API server. */
    public boolean areChecked() {
        return shared.isPresent() || reviewed.isPresent();
    }

    /**
     * Whether the sender of a request may call.
     *
     * @param authorizations all its Authorization headers
     * @throws IOException when the token file cannot be read
     * @throws OutcomeException when the API server could not be asked
     */
    public Verdict judge(List<String> authorizations) throws IOException, OutcomeException {
        if (authorizations.size() != 1 || !isBearer(authorizations.getFirst())) {
            return Verdict.UNAUTHENTICATED;
        }
        String token = authorizations.getFirst().substring(SCHEME.length()).strip();
        // one of the two is enough, also while the other cannot be checked
        Optional<IOException> unreadable = Optional.empty();
        try {
            if (shared.isPresent() && shared.get().matches(token)) {
                return Verdict.ADMITTED;
            }
        } catch (IOException e) {
            unreadable = Optional.of(e);
        }
        Verdict verdict = isJwt(token) && reviewed.isPresent() ? reviewed.get().judge(token) : Verdict.UNAUTHENTICATED;
        if (verdict == Verdict.UNAUTHENTICATED && unreadable.isPresent()) {
            throw unreadable.get();
        }
        return verdict;
    }

    /** The API server need not be asked about a token without three parts. */
    private static boolean isJwt(String token) {
        return token.chars().filter(c -> c == '.').count() == 2;
    }

    private static boolean isBearer(String authorization) {
        return authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    }
}
