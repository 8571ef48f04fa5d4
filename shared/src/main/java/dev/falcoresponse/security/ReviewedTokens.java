package dev.falcoresponse.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.kubernetes.AccessApi;
import dev.falcoresponse.security.Callers.Verdict;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Tokens of this cluster, checked by the API server (TokenReview): expiry, revocation and key rotation are its work.
 * Positive answers are kept for ten seconds; each replica then asks again. Thread-safe.
 */
final class ReviewedTokens {
    private static final long KEPT_NANOS = Duration.ofSeconds(10).toNanos();

    /** More callers than a broker has. */
    private static final int MAX_KEPT = 100;

    private final AccessApi api;
    private final String audience;
    private final List<String> subjects;
    private final LongSupplier nanoTime;

    /** Digests of valid tokens and when they were checked, the oldest first. */
    private final Map<String, Checked> checked = new LinkedHashMap<>();

    private record Checked(String user, long at) {}

    /**
     * Checks tokens for an audience.
     *
     * @param subjects the only users, each perhaps with {@code *} at its end; empty: any
     */
    ReviewedTokens(AccessApi api, String audience, List<String> subjects, LongSupplier nanoTime) {
        this.api = api;
        this.audience = audience;
        this.subjects = List.copyOf(subjects);
        this.nanoTime = nanoTime;
    }

    /**
     * What the sender of a token may do.
     *
     * @throws OutcomeException when the API server could not be asked
     */
    Verdict judge(String token) throws OutcomeException {
        String digest = digest(token);
        Optional<String> user = kept(digest);
        if (user.isEmpty()) {
            user = api.user(token, audience);
            user.ifPresent(name -> keep(digest, name));
        }
        return user.map(name -> isNamed(name) ? Verdict.ADMITTED : Verdict.NOT_ALLOWED)
                .orElse(Verdict.UNAUTHENTICATED);
    }

    private boolean isNamed(String user) {
        return subjects.isEmpty()
                || subjects.stream()
                        .anyMatch(subject -> subject.endsWith("*")
                                ? user.startsWith(subject.substring(0, subject.length() - 1))
                                : user.equals(subject));
    }

    private synchronized Optional<String> kept(String digest) {
        long now = nanoTime.getAsLong();
        checked.values().removeIf(each -> now - each.at() >= KEPT_NANOS);
        return Optional.ofNullable(checked.get(digest)).map(Checked::user);
    }

    private synchronized void keep(String digest, String user) {
        if (checked.size() >= MAX_KEPT) {
            checked.remove(checked.keySet().iterator().next());
        }
        checked.put(digest, new Checked(user, nanoTime.getAsLong()));
    }

    /** What is kept in memory is no token. */
    private static String digest(String token) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
