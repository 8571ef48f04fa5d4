package dev.falcoresponse.deletepod;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.falcoresponse.testing.ApiProxy;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.ServiceAccountAccess;
import dev.falcoresponse.testing.ThisFunction;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.restassured.response.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callers with tokens that a real API server issued, as Knative requests them: only those for this audience are admitted. */
@NeedsKubeApiServer
class OidcIT {
    private static final String AUDIENCE = "falco-response/delete-pod";

    @TempDir
    private Path folder;

    private final KubernetesClient client;
    private final KubeAccess access;
    private final KubeAccess without;
    private final String namespace;

    OidcIT(KubeApiServer server) {
        client = server.client();
        without = Permissions.only(server, "get", "pods");
        access = ThisFunction.access(server);
        ServiceAccountAccess.apply(
                client, ThisFunction.MANIFESTS.resolveSibling("components").resolve("oidc/rbac.yaml"));
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
                    .isEqualTo(401);
            assertThat(send(function, "").statusCode()).isEqualTo(401);
            for (String odd :
                    new String[] {"..", "a.b.c", "e30.e30.", "e30.e30.e30", "null.null.null", "x".repeat(4000) + ".."
                    }) {
                assertThat(send(function, odd).statusCode()).as(odd).isEqualTo(401);
            }
            // the token of a pod, for the API server itself
            assertThat(send(function, access.token()).statusCode()).isEqualTo(401);
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
                "RESPONSE_OIDC_SUBJECTS",
                "system:serviceaccount:knative-eventing:*,system:serviceaccount:" + namespace + ":broker");
        try (FunctionProcess function = start(access, settings)) {
            assertThat(send(function, token("broker", AUDIENCE)).statusCode()).isEqualTo(200);
            assertThat(send(function, token("passer-by", AUDIENCE)).statusCode())
                    .isEqualTo(403);
        }
    }

    @Test
    void whileTheApiServerDoesNotAnswerNobodyNewIsAdmitted() {
        AtomicBoolean gone = new AtomicBoolean();
        ApiProxy.Fault fault = call -> gone.get() && call.uri().contains("/tokenreviews")
                ? Optional.of(new ApiProxy.Answer(500, Map.of(), "gone"))
                : Optional.empty();
        try (ApiProxy proxy = ApiProxy.before(access, fault);
                FunctionProcess function = start(proxy.access(), Map.of("RESPONSE_OIDC_AUDIENCE", AUDIENCE))) {
            String known = token("broker", AUDIENCE);
            assertThat(send(function, known).statusCode()).isEqualTo(200);
            gone.set(true);
            Response refused = send(function, token("passer-by", AUDIENCE));
            refused.then().statusCode(503).body("reason", equalTo("unavailable"));
            // a positive answer is kept for ten seconds
            assertThat(send(function, known).statusCode()).isEqualTo(200);
            gone.set(false);
            assertThat(send(function, token("passer-by", AUDIENCE)).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void aTokenIsReviewedOnceInTenSeconds() {
        try (ApiProxy proxy = ApiProxy.before(access, _ -> Optional.empty());
                FunctionProcess function = start(proxy.access(), Map.of("RESPONSE_OIDC_AUDIENCE", AUDIENCE))) {
            String token = token("broker", AUDIENCE);
            for (int i = 0; i < 20; i++) {
                assertThat(send(function, token).statusCode()).isEqualTo(200);
            }
            assertThat(proxy.calls("/tokenreviews")).hasSizeLessThanOrEqualTo(2);
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
    void subjectsWithoutAnAudienceStopTheStart() {
        assertThat(FunctionProcess.failToStart(
                        ThisFunction.TARGET, access, Map.of("RESPONSE_OIDC_SUBJECTS", "system:serviceaccount:a:b")))
                .contains("RESPONSE_OIDC_SUBJECTS is", "RESPONSE_OIDC_AUDIENCE");
    }

    @Test
    void withoutThePermissionToReviewTokensItIsNotReady() {
        try (FunctionProcess function = start(without, Map.of("RESPONSE_OIDC_AUDIENCE", AUDIENCE))) {
            function.awaitNotReady("may not create tokenreviews.authentication.k8s.io");
        }
    }
}
