package dev.falcoresponse.deletepod;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.testing.ApiProxy;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.ThisFunction;
import dev.falcoresponse.testing.Waiting;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.restassured.response.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens that a real API server issued, as Knative asks for them: only those for this audience are answered. */
@NeedsKubeApiServer
class OidcIT {
    private static final String AUDIENCE = "falco-response/delete-pod";

    @TempDir
    private Path folder;

    private final KubernetesClient client;
    private final KubeAccess access;
    private final String namespace;

    OidcIT(KubeApiServer server) {
        client = server.client();
        access = ThisFunction.access(server);
        namespace = server.newNamespace();
    }

    @BeforeEach
    void makeServiceAccounts() {
        for (String name : new String[] {"broker", "passer-by"}) {
            client.serviceAccounts()
                    .inNamespace(namespace)
                    .resource(new ServiceAccountBuilder()
                            .withNewMetadata()
                            .withName(name)
                            .endMetadata()
                            .build())
                    .create();
        }
    }

    private String token(String account, String audience) {
        var request = new TokenRequestBuilder()
                .withNewSpec()
                .withAudiences(audience)
                .withExpirationSeconds(600L)
                .endSpec()
                .build();
        return client.serviceAccounts()
                .inNamespace(namespace)
                .withName(account)
                .tokenRequest(request)
                .getStatus()
                .getToken();
    }

    private static Response send(FunctionProcess function, String token) {
        return Send.request(function.uri())
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + token)
                // answered without a call to the API server
                .body(RecordedAlert.named("read-sensitive-file-host")
                        .at(Instant.now())
                        .body())
                .post();
    }

    private FunctionProcess start(KubeAccess kubernetes, Map<String, String> settings) {
        return FunctionProcess.start(ThisFunction.TARGET, kubernetes, settings);
    }

    @Test
    void onlyATokenForThisAudienceIsAnswered() {
        try (FunctionProcess function = start(access, Map.of("RESPONSE_OIDC_AUDIENCE", AUDIENCE))) {
            String token = token("broker", AUDIENCE);
            assertThat(send(function, token).statusCode()).isEqualTo(200);

            assertThat(send(function, token("broker", "someone-else")).statusCode())
                    .isEqualTo(403);
            assertThat(send(function, "").statusCode()).isEqualTo(401);
            for (String odd :
                    new String[] {"..", "a.b.c", "e30.e30.", "e30.e30.e30", "null.null.null", "x".repeat(4000) + ".."
                    }) {
                assertThat(send(function, odd).statusCode()).as(odd).isEqualTo(401);
            }
            assertThat(send(function, access.token()).statusCode()).isEqualTo(403);
            Response refused = send(function, changed(token, 1, "aud", "aUd"));
            refused.then()
                    .statusCode(401)
                    .contentType("application/problem+json")
                    .header("WWW-Authenticate", "Bearer");
            assertThat(refused.asString()).doesNotContain("signature", "JWT");
            // the algorithms that a forger would like
            assertThat(send(function, changed(token, 0, "RS256", "none")).statusCode())
                    .isEqualTo(401);
            assertThat(send(function, changed(token, 0, "RS256", "HS256")).statusCode())
                    .isEqualTo(401);
            assertThat(send(function, token.substring(0, token.lastIndexOf('.') + 1))
                            .statusCode())
                    .isEqualTo(401);
            assertThat(function.status("_/health")).isEqualTo(200);
        }
    }

    /** The token with something else in one of its parts, and its signature as it was. */
    private static String changed(String token, int part, String before, String after) {
        String[] parts = token.split("\\.");
        String text = new String(Base64.getUrlDecoder().decode(parts[part]), UTF_8);
        assertThat(text).contains(before);
        parts[part] = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.replace(before, after).getBytes(UTF_8));
        return String.join(".", parts);
    }

    @Test
    void onlyTheNamedSubjectsAreAnswered() {
        Map<String, String> settings = Map.of(
                "RESPONSE_OIDC_AUDIENCE",
                AUDIENCE,
                "RESPONSE_OIDC_ISSUER",
                "https://kubernetes.default.svc",
                "RESPONSE_OIDC_SUBJECTS",
                "system:serviceaccount:knative-eventing:*,system:serviceaccount:" + namespace + ":broker");
        try (FunctionProcess function = start(access, settings)) {
            assertThat(send(function, token("broker", AUDIENCE)).statusCode()).isEqualTo(200);
            assertThat(send(function, token("passer-by", AUDIENCE)).statusCode())
                    .isEqualTo(403);
        }
    }

    @Test
    void theKeysMayBeInAFileAndAnotherIssuerIsNobody() throws IOException {
        Path keys = Files.writeString(folder.resolve("jwks.json"), client.raw("/openid/v1/jwks"));
        assertThat(statusWith(keys, "https://kubernetes.default.svc")).isEqualTo(200);
        assertThat(statusWith(keys, "https://issuer.example.com")).isEqualTo(401);
    }

    /** What a token of the cluster gets where nobody can be asked. */
    private int statusWith(Path keys, String issuer) {
        Map<String, String> settings = Map.of(
                "RESPONSE_OIDC_AUDIENCE", AUDIENCE,
                "RESPONSE_OIDC_ISSUER", issuer,
                "RESPONSE_OIDC_KEYS_FILE", keys.toString());
        try (FunctionProcess function = start(new KubeAccess("http://127.0.0.1:1", "", "token"), settings)) {
            return send(function, token("broker", AUDIENCE)).statusCode();
        }
    }

    @Test
    void whileTheIssuerDoesNotAnswerTheKeysItGaveStillCountAndWithoutAnyNobodyIsLetIn() {
        AtomicBoolean gone = new AtomicBoolean();
        ApiProxy.Fault fault = call -> gone.get() && !call.uri().contains("/pods/")
                ? Optional.of(new ApiProxy.Answer(500, Map.of(), "gone"))
                : Optional.empty();
        try (ApiProxy proxy = ApiProxy.before(access, fault);
                FunctionProcess function = start(proxy.access(), Map.of("RESPONSE_OIDC_AUDIENCE", AUDIENCE))) {
            gone.set(true);
            String token = token("broker", AUDIENCE);
            assertThat(send(function, token).statusCode()).isEqualTo(503);
            gone.set(false);
            Waiting.until(
                    "the keys",
                    Duration.ofSeconds(10),
                    () -> send(function, token).statusCode() == 200);
            gone.set(true);
            assertThat(send(function, token).statusCode()).isEqualTo(200);
            // a flood of tokens that nobody signed does not reach the issuer
            int asked = proxy.calls("/openid/").size();
            for (int i = 0; i < 20; i++) {
                assertThat(send(function, changed(token, 0, "\"kid\":\"", "\"kid\":\"x" + i))
                                .statusCode())
                        .isEqualTo(401);
            }
            assertThat(proxy.calls("/openid/")).hasSizeLessThanOrEqualTo(asked + 1);
        }
    }

    @Test
    void eitherTheSharedTokenOrOneOfTheIssuerIsEnough() throws IOException {
        Path shared = Files.writeString(folder.resolve("token"), "s3cret");
        try (FunctionProcess function =
                start(access, Map.of("RESPONSE_OIDC_AUDIENCE", AUDIENCE, "RESPONSE_TOKEN_FILE", shared.toString()))) {
            assertThat(send(function, "s3cret").statusCode()).isEqualTo(200);
            assertThat(send(function, token("broker", AUDIENCE)).statusCode()).isEqualTo(200);
            assertThat(send(function, "s3cre").statusCode()).isEqualTo(401);
        }
    }

    @Test
    void aSettingThatHasNoEffectStopsTheStart() throws IOException {
        Path none = Files.writeString(folder.resolve("none.json"), "{\"keys\":[]}");
        Map.of(
                        "RESPONSE_OIDC_ISSUER", "https://kubernetes.default.svc",
                        "RESPONSE_OIDC_SUBJECTS", "system:serviceaccount:a:b",
                        "RESPONSE_OIDC_KEYS_FILE", none.toString())
                .forEach((name, value) -> assertThat(
                                FunctionProcess.failToStart(ThisFunction.TARGET, access, Map.of(name, value)))
                        .contains(name + " is"));
        assertThat(FunctionProcess.failToStart(
                        ThisFunction.TARGET,
                        access,
                        Map.of("RESPONSE_OIDC_AUDIENCE", AUDIENCE, "RESPONSE_OIDC_ISSUER", "http://issuer")))
                .contains("RESPONSE_OIDC_ISSUER is", "https://");
        assertThat(FunctionProcess.failToStart(
                        ThisFunction.TARGET,
                        access,
                        Map.of("RESPONSE_OIDC_AUDIENCE", AUDIENCE, "RESPONSE_OIDC_KEYS_FILE", none.toString())))
                .contains("RESPONSE_OIDC_KEYS_FILE is");
        assertThat(FunctionProcess.failToStart(
                        ThisFunction.TARGET,
                        access,
                        Map.of("RESPONSE_OIDC_AUDIENCE", AUDIENCE, "RESPONSE_OIDC_SUBJECTS", ",")))
                .contains("RESPONSE_OIDC_SUBJECTS is", "nobody");
    }
}
