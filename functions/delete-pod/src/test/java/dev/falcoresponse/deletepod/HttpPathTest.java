package dev.falcoresponse.deletepod;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.falcoresponse.testing.RecordedAlert;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The HTTP path without an API server. */
@QuarkusTest
class HttpPathTest {
    private final RecordedAlert onHost = RecordedAlert.named("read-sensitive-file-host");

    @Test
    void aBinaryEventIsAnsweredByABinaryOne() {
        given().headers(onHost.headers())
                .body(onHost.body())
                .post("/")
                .then()
                .statusCode(200)
                .header("ce-type", "falco.response.delete-pod.v1")
                .header("ce-reason", "host")
                .body("reason", equalTo("host"));
    }

    @Test
    void aStructuredEventIsAnsweredByABinaryOne() {
        given().contentType("application/cloudevents+json")
                .body(onHost.structured().getBytes(UTF_8))
                .post("/")
                .then()
                .statusCode(200)
                .contentType("application/json")
                .header("ce-reason", "host")
                .body("reason", equalTo("host"));
    }

    @Test
    void plainJsonIsAnsweredByABinaryEventToo() {
        given().contentType("application/json")
                .body(onHost.body())
                .post("/")
                .then()
                .statusCode(200)
                .contentType("application/json")
                .header("ce-reason", "host")
                .body("reason", equalTo("host"), "dryRun", equalTo(true));
    }

    @Test
    void getNeverActs() {
        given().headers(onHost.headers()).get("/").then().statusCode(405).header("Allow", "POST");
    }

    @Test
    void whatIsNoJsonIsRejectedWithItsPlace() {
        given().contentType("application/json")
                .body("{\"rule\":\n  oops}")
                .post("/")
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("detail", containsString("line 2, column"));
    }

    @Test
    void whatTellsOfAResponseIsNoAlert() {
        for (RecordedAlert told : List.of(
                onHost.with("rule", "Falco response: delete-pod acted"), onHost.with("source", "falco-response"))) {
            given().headers(told.headers())
                    .body(told.body())
                    .post("/")
                    .then()
                    .statusCode(400)
                    .body("detail", containsString("endless loop"));
        }
    }

    @Test
    void theProbesAndMetricsAreWhereTheyAreLookedFor() {
        given().get("/_/health").then().statusCode(200);
        given().get("/q/metrics").then().statusCode(200);
    }
}
