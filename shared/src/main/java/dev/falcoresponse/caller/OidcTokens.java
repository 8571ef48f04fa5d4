package dev.falcoresponse.caller;

import static org.jose4j.jwa.AlgorithmConstraints.ConstraintType.PERMIT;
import static org.jose4j.jws.AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256;
import static org.jose4j.jws.AlgorithmIdentifiers.ECDSA_USING_P384_CURVE_AND_SHA384;
import static org.jose4j.jws.AlgorithmIdentifiers.ECDSA_USING_P521_CURVE_AND_SHA512;
import static org.jose4j.jws.AlgorithmIdentifiers.RSA_PSS_USING_SHA256;
import static org.jose4j.jws.AlgorithmIdentifiers.RSA_USING_SHA256;
import static org.jose4j.jws.AlgorithmIdentifiers.RSA_USING_SHA384;
import static org.jose4j.jws.AlgorithmIdentifiers.RSA_USING_SHA512;

import dev.falcoresponse.caller.Callers.Verdict;
import dev.falcoresponse.kubernetes.ApiServer;
import dev.falcoresponse.settings.SettingReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jose4j.jwk.HttpsJwks;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.consumer.ErrorCodeValidator;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.resolvers.HttpsJwksVerificationKeyResolver;
import org.jose4j.lang.UnresolvableKeyException;
import org.jspecify.annotations.Nullable;

/**
 * The OpenID Connect tokens with which Knative Eventing says who sends an event: short-lived, signed by the issuer, made
 * for one audience.
 */
final class OidcTokens {
    private static final String AUDIENCE = "response.oidc-audience";
    private static final String SUBJECTS = "response.oidc-subjects";
    private static final int CLOCK_SKEW_SECONDS = 30;

    /** A flood of tokens with unknown keys asks the issuer no more often than this. */
    private static final long ASKED_AGAIN_MILLIS = 10_000;

    /** A key that the issuer has taken back counts no longer than this. */
    private static final long KEPT_SECONDS = 300;

    /** While the issuer does not answer, the keys that it gave last still count. */
    private static final long KEPT_WITHOUT_ISSUER_SECONDS = 3600;

    private static final Pattern ABSOLUTE = Pattern.compile("https://[^/?#]+[^?#]*");
    private static final Pattern SUBJECT = Pattern.compile("[^*]*\\*?");
    private static final Set<Integer> WRONG_AUDIENCE = Set.of(ErrorCodes.AUDIENCE_INVALID, ErrorCodes.AUDIENCE_MISSING);

    private final String audience;
    private final List<String> subjects;
    private final Issuer issuer;
    private @Nullable JwtConsumer consumer;

    private OidcTokens(String audience, List<String> subjects, Issuer issuer) {
        this.audience = audience;
        this.subjects = subjects;
        this.issuer = issuer;
    }

    static Optional<OidcTokens> read(SettingReader reader, ApiServer api) {
        Optional<String> audience = reader.value(AUDIENCE, Optional.empty(), Optional::of);
        Optional<String> issuer = reader.value(
                "response.oidc-issuer", Optional.empty(), text -> with(audience, Optional.of(absolute(text))));
        Optional<Path> keys = reader.value(
                "response.oidc-keys-file", Optional.empty(), text -> with(audience, Optional.of(Issuer.keys(text))));
        reader.value(SUBJECTS, "", text -> with(audience, text));
        List<String> subjects = reader.list(SUBJECTS, List.of(), SUBJECT, "a subject, with * at its end only");
        return audience.map(each -> new OidcTokens(each, subjects, new Issuer(issuer, keys, api)));
    }

    private static <T> T with(Optional<String> audience, T value) {
        if (audience.isEmpty()) {
            throw new IllegalArgumentException("it has no effect without RESPONSE_OIDC_AUDIENCE");
        }
        return value;
    }

    private static String absolute(String text) {
        if (!ABSOLUTE.matcher(text).matches()) {
            throw new IllegalArgumentException("it is no https:// URL");
        }
        return text;
    }

    /**
     * What becomes of a call with this token.
     *
     * @throws IOException when the issuer's keys cannot be had
     */
    Verdict judge(String token) throws IOException {
        try {
            String subject = consumer().processToClaims(token).getSubject();
            return subjects.isEmpty() || subjects.stream().anyMatch(each -> matches(each, subject))
                    ? Verdict.ADMITTED
                    : Verdict.FORBIDDEN;
        } catch (InvalidJwtException e) {
            if (e.getCause() instanceof UnresolvableKeyException keys && keys.getCause() instanceof IOException cause) {
                throw cause;
            }
            return isForSomeoneElse(e) ? Verdict.FORBIDDEN : Verdict.UNKNOWN;
        } catch (MalformedClaimException e) {
            return Verdict.UNKNOWN;
        }
    }

    /** All else about it was right: the signature is looked at before any claim, and all claims are looked at. */
    private static boolean isForSomeoneElse(InvalidJwtException e) {
        return !e.getErrorDetails().isEmpty()
                && e.getErrorDetails().stream()
                        .map(ErrorCodeValidator.Error::getErrorCode)
                        .allMatch(WRONG_AUDIENCE::contains);
    }

    private static boolean matches(String pattern, String subject) {
        return pattern.endsWith("*")
                ? subject.startsWith(pattern.substring(0, pattern.length() - 1))
                : subject.equals(pattern);
    }

    /** Not made at the start, which would then depend on the API server. */
    private synchronized JwtConsumer consumer() throws IOException {
        JwtConsumer made = consumer;
        if (made == null) {
            HttpsJwks keys = new HttpsJwks("keys");
            keys.setSimpleHttpGet(_ -> issuer.keys());
            keys.setDefaultCacheDuration(KEPT_SECONDS);
            keys.setRetainCacheOnErrorDuration(KEPT_WITHOUT_ISSUER_SECONDS);
            keys.setRefreshReprieveThreshold(ASKED_AGAIN_MILLIS);
            made = new JwtConsumerBuilder()
                    .setExpectedIssuer(true, issuer.name())
                    .setExpectedAudience(true, audience)
                    .setRequireExpirationTime()
                    .setRequireSubject()
                    .setAllowedClockSkewInSeconds(CLOCK_SKEW_SECONDS)
                    .setJwsAlgorithmConstraints(
                            PERMIT,
                            RSA_USING_SHA256,
                            RSA_USING_SHA384,
                            RSA_USING_SHA512,
                            RSA_PSS_USING_SHA256,
                            ECDSA_USING_P256_CURVE_AND_SHA256,
                            ECDSA_USING_P384_CURVE_AND_SHA384,
                            ECDSA_USING_P521_CURVE_AND_SHA512)
                    .setVerificationKeyResolver(new HttpsJwksVerificationKeyResolver(keys))
                    .build();
            consumer = made;
        }
        return made;
    }
}
