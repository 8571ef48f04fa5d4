package dev.falcoresponse.caller;

import dev.falcoresponse.kubernetes.ApiServer;
import dev.falcoresponse.settings.SettingReader;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Who may call: everybody, or whoever sends, as RFC 6750 says ({@code Authorization: Bearer …}), the token in {@code
 * RESPONSE_TOKEN_FILE} or an OpenID Connect token for {@code RESPONSE_OIDC_AUDIENCE}.
 */
public final class Callers {
    private static final String SCHEME = "Bearer ";

    private final Optional<SharedToken> shared;
    private final Optional<OidcTokens> oidc;

    private Callers(Optional<SharedToken> shared, Optional<OidcTokens> oidc) {
        this.shared = shared;
        this.oidc = oidc;
    }

    /** What becomes of a call. */
    public enum Verdict {
        ADMITTED,
        /** It does not say who calls, or not so that it could be believed. */
        UNKNOWN,
        /** It is known who calls, but this one may not. */
        FORBIDDEN
    }

    /** Reads the settings; a token file that holds no token stops the start. */
    public static Callers read(SettingReader reader, ApiServer api) {
        return new Callers(SharedToken.read(reader), OidcTokens.read(reader, api));
    }

    /** Whether it matters who calls; if so, {@link #judge} may have to read a file or ask the issuer. */
    public boolean matter() {
        return shared.isPresent() || oidc.isPresent();
    }

    /**
     * Whether a request may be answered, where it matters who calls.
     *
     * @param authorizations all its Authorization headers
     * @throws IOException when that cannot be checked just now: then nobody is let in
     */
    public Verdict judge(List<String> authorizations) throws IOException {
        if (authorizations.size() != 1 || !isBearer(authorizations.getFirst())) {
            return Verdict.UNKNOWN;
        }
        String token = authorizations.getFirst().substring(SCHEME.length()).strip();
        // either is enough, also while the other cannot be checked
        Verdict verdict = oidc.isPresent() && isSigned(token) ? oidc.get().judge(token) : Verdict.UNKNOWN;
        return verdict == Verdict.ADMITTED || shared.isEmpty() || !shared.get().is(token) ? verdict : Verdict.ADMITTED;
    }

    /** A signed token has three parts; no other is worth a question to the issuer. */
    private static boolean isSigned(String token) {
        return token.chars().filter(c -> c == '.').count() == 2;
    }

    private static boolean isBearer(String authorization) {
        return authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    }
}
