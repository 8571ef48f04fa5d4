package dev.falcoresponse.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.kubernetes.AccessApi;
import dev.falcoresponse.kubernetes.MemoryApi;
import dev.falcoresponse.security.Callers.Verdict;
import dev.falcoresponse.settings.TestSettings;
import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may call a function. */
final class CallersTest {
    private static final String REVIEWS = "POST /apis/authentication.k8s.io/v1/tokenreviews";
    private static final String USER = "system:serviceaccount:knative-eventing:broker";
    private static final String JWT = "aaa.bbb.ccc";

    private final MemoryApi api = new MemoryApi().on(REVIEWS, review(true, USER, "falco-response"));
    private long now = Long.MIN_VALUE;

    @TempDir
    Path folder;

    private static TokenReview review(boolean authenticated, String user, String... audiences) {
        return new TokenReviewBuilder()
                .withNewStatus()
                .withAuthenticated(authenticated)
                .withAudiences(audiences)
                .withNewUser()
                .withUsername(user)
                .endUser()
                .endStatus()
                .build();
    }

    private Callers callers(String... namesAndValues) {
        return Callers.of(TestSettings.of(namesAndValues), new AccessApi(api.client()), () -> now);
    }

    private Callers reviewed() {
        return callers("RESPONSE_OIDC_AUDIENCE", "falco-response");
    }

    private Callers reviewed(String subjects) {
        return callers("RESPONSE_OIDC_AUDIENCE", "falco-response", "RESPONSE_OIDC_SUBJECTS", subjects);
    }

    private String tokenFile(String content) throws IOException {
        return Files.writeString(folder.resolve("token"), content).toString();
    }

    private static Verdict judge(Callers callers, String authorization) throws IOException, OutcomeException {
        return callers.judge(List.of(authorization));
    }

    private int reviews() {
        return api.requests(REVIEWS).size();
    }

    @Test
    void byDefaultEverybodyMayCall() {
        assertThat(callers().areChecked()).isFalse();
    }

    // a shared token

    @Test
    void theSharedTokenAdmits() throws Exception {
        Callers callers = callers("RESPONSE_TOKEN_FILE", tokenFile("secret\n"));

        assertThat(callers.areChecked()).isTrue();
        assertThat(judge(callers, "Bearer secret")).isEqualTo(Verdict.ADMITTED);
        assertThat(judge(callers, "bearer  secret ")).isEqualTo(Verdict.ADMITTED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer other",
                "Bearer secre",
                "Bearer secrets",
                "Bearer ",
                "Bearer",
                "secret",
                "Basic secret",
                ""
            })
    void anythingElseDoesNot(String authorization) throws Exception {
        Callers callers = callers("RESPONSE_TOKEN_FILE", tokenFile("secret"));

        assertThat(judge(callers, authorization)).isEqualTo(Verdict.UNAUTHENTICATED);
    }

    @Test
    void noTokenAndTwoTokensDoNotAdmit() throws Exception {
        Callers callers = callers("RESPONSE_TOKEN_FILE", tokenFile("secret"));

        assertThat(callers.judge(List.of())).isEqualTo(Verdict.UNAUTHENTICATED);
        assertThat(callers.judge(List.of("Bearer secret", "Bearer secret"))).isEqualTo(Verdict.UNAUTHENTICATED);
    }

    @Test
    void aRotatedTokenTakesEffectAtOnce() throws Exception {
        Callers callers = callers("RESPONSE_TOKEN_FILE", tokenFile("old"));
        tokenFile("new");

        assertThat(judge(callers, "Bearer new")).isEqualTo(Verdict.ADMITTED);
        assertThat(judge(callers, "Bearer old")).isEqualTo(Verdict.UNAUTHENTICATED);
    }

    @Test
    void whileTheFileIsAwayNobodyCanBeChecked() throws Exception {
        String file = tokenFile("secret");
        Callers callers = callers("RESPONSE_TOKEN_FILE", file);
        Files.delete(Path.of(file));

        assertThatThrownBy(() -> judge(callers, "Bearer secret")).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "a\nb\n"})
    void aFileWithoutATokenStopsTheStart(String content) throws Exception {
        String file = tokenFile(content);

        assertThatThrownBy(() -> callers("RESPONSE_TOKEN_FILE", file))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("RESPONSE_TOKEN_FILE is \"" + file + "\": ");
    }

    @Test
    void aMissingFileStopsTheStart() {
        assertThatThrownBy(() -> callers("RESPONSE_TOKEN_FILE", folder + "/none"))
                .isInstanceOf(ConfigurationException.class);
    }

    // tokens of this cluster

    @Test
    void aTokenOfThisClusterAdmits() throws Exception {
        assertThat(reviewed().areChecked()).isTrue();
        assertThat(judge(reviewed(), "Bearer " + JWT)).isEqualTo(Verdict.ADMITTED);
        assertThat(api.requests(REVIEWS).getFirst().body()).contains(JWT, "\"audiences\":[\"falco-response\"]");
    }

    @Test
    void aTokenThatIsNotValidDoesNot() throws Exception {
        api.on(REVIEWS, review(false, USER, "falco-response"));

        assertThat(judge(reviewed(), "Bearer " + JWT)).isEqualTo(Verdict.UNAUTHENTICATED);
    }

    @Test
    void aServerThatIgnoresAudiencesAdmitsNobody() throws Exception {
        api.on(REVIEWS, review(true, USER), review(true, USER, "other"), "{\"status\":{\"authenticated\":true}}");

        for (int i = 0; i < 3; i++) {
            assertThat(judge(reviewed(), "Bearer " + JWT)).isEqualTo(Verdict.UNAUTHENTICATED);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "system:serviceaccount:knative-eventing:broker,ADMITTED",
        "system:serviceaccount:knative-eventing:*,ADMITTED",
        "'other,system:serviceaccount:*',ADMITTED",
        "*,ADMITTED",
        "system:serviceaccount:knative-eventing,NOT_ALLOWED",
        "system:serviceaccount:argo:*,NOT_ALLOWED"
    })
    void onlyTheNamedUsersMayCall(String subjects, Verdict verdict) throws Exception {
        assertThat(judge(reviewed(subjects), "Bearer " + JWT)).isEqualTo(verdict);
    }

    @Test
    void subjectsWithoutAnAudienceStopTheStart() {
        assertThatThrownBy(() -> callers("RESPONSE_OIDC_SUBJECTS", "a, b"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("RESPONSE_OIDC_SUBJECTS is \"a,b\": it has no effect without RESPONSE_OIDC_AUDIENCE.");
    }

    @Test
    void aValidTokenIsAskedForOnceInTenSeconds() throws Exception {
        Callers callers = reviewed();
        judge(callers, "Bearer " + JWT);
        now += Duration.ofSeconds(10).toNanos() - 1;
        judge(callers, "Bearer " + JWT);
        assertThat(reviews()).isEqualTo(1);

        now++;
        judge(callers, "Bearer " + JWT);
        assertThat(reviews()).isEqualTo(2);
    }

    @Test
    void aRevokedTokenIsRefusedAfterTenSeconds() throws Exception {
        api.on(REVIEWS, review(true, USER, "falco-response"), review(false, USER));
        Callers callers = reviewed();
        assertThat(judge(callers, "Bearer " + JWT)).isEqualTo(Verdict.ADMITTED);

        now += Duration.ofSeconds(10).toNanos();
        assertThat(judge(callers, "Bearer " + JWT)).isEqualTo(Verdict.UNAUTHENTICATED);
    }

    @Test
    void eachTokenIsAskedForItself() throws Exception {
        Callers callers = reviewed();
        judge(callers, "Bearer " + JWT);
        judge(callers, "Bearer aaa.bbb.ccd");

        assertThat(reviews()).isEqualTo(2);
    }

    @Test
    void aRefusalIsNotKept() throws Exception {
        api.on(REVIEWS, review(false, USER), review(true, USER, "falco-response"));
        Callers callers = reviewed();

        assertThat(judge(callers, "Bearer " + JWT)).isEqualTo(Verdict.UNAUTHENTICATED);
        assertThat(judge(callers, "Bearer " + JWT)).isEqualTo(Verdict.ADMITTED);
    }

    @Test
    void strangersCannotFillTheMemory() throws Exception {
        Callers callers = reviewed();
        for (int i = 0; i <= 100; i++) {
            judge(callers, "Bearer a.b." + i);
        }
        assertThat(reviews()).isEqualTo(101);

        judge(callers, "Bearer a.b.100");
        assertThat(reviews()).isEqualTo(101);
        judge(callers, "Bearer a.b.0");
        assertThat(reviews()).isEqualTo(102);
    }

    @Test
    void anApiServerThatIsAwayAdmitsNobody() {
        api.on(REVIEWS, new ConnectException("refused"));

        assertThatThrownBy(() -> judge(reviewed(), "Bearer " + JWT))
                .isInstanceOfSatisfying(
                        OutcomeException.class,
                        e -> assertThat(e.outcome().reason()).isEqualTo(Reason.UNAVAILABLE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"opaque", "a.b", "a.b.c.d"})
    void theApiServerIsNotAskedAboutWhatIsNoToken(String token) throws Exception {
        assertThat(judge(reviewed(), "Bearer " + token)).isEqualTo(Verdict.UNAUTHENTICATED);
        assertThat(reviews()).isZero();
    }

    // both

    private Callers both(String token) throws IOException {
        return callers("RESPONSE_TOKEN_FILE", tokenFile(token), "RESPONSE_OIDC_AUDIENCE", "falco-response");
    }

    @Test
    void oneOfTheTwoIsEnough() throws Exception {
        assertThat(judge(both("secret"), "Bearer secret")).isEqualTo(Verdict.ADMITTED);
        assertThat(judge(both("secret"), "Bearer " + JWT)).isEqualTo(Verdict.ADMITTED);

        api.on(REVIEWS, review(false, USER));
        assertThat(judge(both("a.b.c"), "Bearer a.b.c")).isEqualTo(Verdict.ADMITTED);
        assertThat(judge(both("secret"), "Bearer " + JWT)).isEqualTo(Verdict.UNAUTHENTICATED);
    }
}
