package dev.falcoresponse.deletepod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.ThisFunction;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a token in a file, only callers that send it are answered; others get 401 and nothing else. */
class CallersIT {
    private static final KubeAccess NOWHERE = new KubeAccess("http://127.0.0.1:1", "", "token");

    /** Answered without a call to the API server. */
    private static String alert() {
        return RecordedAlert.named("read-sensitive-file-host").at(Instant.now()).body();
    }

    @TempDir
    private Path folder;

    private Path token(String text) throws IOException {
        // as a Secret's volume changes: by an atomic rename
        Path fresh = Files.writeString(folder.resolve("fresh"), text);
        return Files.move(fresh, folder.resolve("token"), StandardCopyOption.ATOMIC_MOVE);
    }

    private static RequestSpecification request(FunctionProcess function) {
        return Send.request(function.uri()).header("Content-Type", "application/json");
    }

    private static Response send(FunctionProcess function, String... authorizations) {
        RequestSpecification request = request(function).body(alert());
        for (String each : authorizations) {
            request.header("Authorization", each);
        }
        return request.post();
    }

    @Test
    void onlyWhoSendsTheTokenIsAnswered() throws IOException {
        Map<String, String> settings =
                Map.of("RESPONSE_TOKEN_FILE", token("s3cret\n").toString());
        try (FunctionProcess function = FunctionProcess.start(ThisFunction.TARGET, NOWHERE, settings)) {
            assertThat(send(function, "Bearer s3cret").statusCode()).isEqualTo(200);
            assertThat(send(function, "bearer s3cret").statusCode()).isEqualTo(200);

            Response refused = send(function);
            refused.then()
                    .statusCode(401)
                    .contentType("application/problem+json")
                    .header("WWW-Authenticate", "Bearer");
            refused.then().body("reason", equalTo("unauthenticated"));
            for (String wrong : new String[] {"Bearer s3cre", "Bearer s3crets", "Bearer ", "Basic s3cret", "s3cret"}) {
                assertThat(send(function, wrong).body().asString())
                        .isEqualTo(refused.body().asString());
            }
            assertThat(send(function, "Bearer s3cret", "Bearer s3cret").statusCode())
                    .isEqualTo(401);
            // nor which methods, paths and media types exist
            assertThat(request(function).get().statusCode()).isEqualTo(401);
            assertThat(request(function).post("elsewhere").statusCode()).isEqualTo(401);
            assertThat(Send.request(function.uri())
                            .header("Content-Type", "text/plain")
                            .body("x")
                            .post()
                            .statusCode())
                    .isEqualTo(401);
            assertThat(function.status("_/health")).isEqualTo(200);
        }
    }

    @Test
    void aRotatedTokenCountsAtOnceAndWithoutOneNobodyIsLetIn() throws IOException {
        Map<String, String> settings =
                Map.of("RESPONSE_TOKEN_FILE", token("old").toString());
        try (FunctionProcess function = FunctionProcess.start(ThisFunction.TARGET, NOWHERE, settings)) {
            token("new");
            assertThat(send(function, "Bearer new").statusCode()).isEqualTo(200);
            assertThat(send(function, "Bearer old").statusCode()).isEqualTo(401);

            token("");
            assertThat(send(function, "Bearer x").statusCode()).isEqualTo(503);
            Files.delete(folder.resolve("token"));
            assertThat(send(function, "Bearer new").statusCode()).isEqualTo(503);
        }
    }

    @Test
    void aFileWithoutATokenStopsTheStart() throws IOException {
        assertThat(FunctionProcess.failToStart(
                        ThisFunction.TARGET,
                        NOWHERE,
                        Map.of("RESPONSE_TOKEN_FILE", folder.resolve("none").toString())))
                .contains("RESPONSE_TOKEN_FILE is", "cannot be read");
        for (String content : List.of(" \n", "one\ntwo")) {
            assertThat(FunctionProcess.failToStart(
                            ThisFunction.TARGET,
                            NOWHERE,
                            Map.of("RESPONSE_TOKEN_FILE", token(content).toString())))
                    .contains("RESPONSE_TOKEN_FILE is", "does not hold a token on one line");
        }
    }
}
