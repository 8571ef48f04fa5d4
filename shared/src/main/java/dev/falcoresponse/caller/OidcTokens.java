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
import dev.falcoresponse.caller.IssuerKeys.Known;
import dev.falcoresponse.kubernetes.ApiServer;
import dev.falcoresponse.settings.SettingReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.consumer.ErrorCodeValidator;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.resolvers.JwksVerificationKeyResolver;
import org.jose4j.lang.UnresolvableKeyException;

/**
 * The OpenID Connect tokens with which Knative Eventing says who sends an event: short-lived, signed by the issuer, made
 * for one audience.
 */
final class OidcTokens {
    private static final Logger LOG = Logger.getLogger(OidcTokens.class);
    private static final String AUDIENCE = "response.oidc-audience";
    private static final String SUBJECTS = "response.oidc-subjects";
    private static final int CLOCK_SKEW_SECONDS = 30;
    private static final Pattern ABSOLUTE = Pattern.compile("https://[^/?#]+[^?#]*");
    private static final Pattern SUBJECT = Pattern.compile("[^*]*\\*?");
    private static final Set<Integer> WRONG_AUDIENCE = Set.of(ErrorCodes.AUDIENCE_INVALID, ErrorCodes.AUDIENCE_MISSING);

    private final List<String> subjects;
    private final IssuerKeys keys;

    private OidcTokens(String audience, List<String> subjects, Issuer issuer) {
        this.subjects = subjects;
        this.keys = new IssuerKeys(() -> consumer(audience, issuer), InstantSource.system());
    }

    static Optional<OidcTokens> read(SettingReader reader, ApiServer api) {
        Optional<String> audience = reader.value(AUDIENCE, Optional.empty(), Optional::of);
        Optional<String> issuer = reader.value("response.oidc-issuer", Optional.empty(), text -> {
            needs(audience, "RESPONSE_OIDC_AUDIENCE");
            return Optional.of(absolute(text));
        });
        Optional<Path> file = reader.value("response.oidc-keys-file", Optional.empty(), text -> {
            needs(audience, "RESPONSE_OIDC_AUDIENCE");
            needs(issuer, "RESPONSE_OIDC_ISSUER");
            return Optional.of(Issuer.keys(text));
        });
        List<String> subjects = reader.list(SUBJECTS, List.of(), SUBJECT, "a subject, with * at its end only");
        reader.value(SUBJECTS, "", text -> {
            needs(audience, "RESPONSE_OIDC_AUDIENCE");
            if (subjects.isEmpty()) {
                throw new IllegalArgumentException("it names nobody; leave it out to let everybody in");
            }
            return text;
        });
        return audience.map(each -> new OidcTokens(each, subjects, new Issuer(issuer, file, api)));
    }

    private static void needs(Optional<String> other, String name) {
        if (other.isEmpty()) {
            throw new IllegalArgumentException("it has no effect without " + name);
        }
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
        Known known = keys.current();
        return judge(known, token).or(() -> judge(keys.renewed(known), token)).orElse(Verdict.UNKNOWN);
    }

    /** Empty when it is signed by a key that is not known. */
    private Optional<Verdict> judge(Known known, String token) {
        try {
            String subject = known.consumer().processToClaims(token).getSubject();
            boolean isNamed = subjects.isEmpty() || subjects.stream().anyMatch(each -> matches(each, subject));
            return Optional.of(isNamed ? Verdict.ADMITTED : Verdict.FORBIDDEN);
        } catch (InvalidJwtException e) {
            return e.getCause() instanceof UnresolvableKeyException ? Optional.empty() : Optional.of(refusal(e));
        } catch (MalformedClaimException | RuntimeException e) {
            LOG.debugf("A token that cannot be read: %s", e.toString());
            return Optional.of(Verdict.UNKNOWN);
        }
    }

    /** Forbidden when all else was right: the signature is looked at before any claim, and all claims are looked at. */
    private static Verdict refusal(InvalidJwtException e) {
        boolean isForSomeoneElse = !e.getErrorDetails().isEmpty()
                && e.getErrorDetails().stream()
                        .map(ErrorCodeValidator.Error::getErrorCode)
                        .allMatch(WRONG_AUDIENCE::contains);
        return isForSomeoneElse ? Verdict.FORBIDDEN : Verdict.UNKNOWN;
    }

    private static boolean matches(String pattern, String subject) {
        return pattern.endsWith("*")
                ? subject.startsWith(pattern.substring(0, pattern.length() - 1))
                : subject.equals(pattern);
    }

    private static JwtConsumer consumer(String audience, Issuer issuer) throws IOException {
        return new JwtConsumerBuilder()
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
                .setVerificationKeyResolver(new JwksVerificationKeyResolver(issuer.keys()))
                .build();
    }
}
