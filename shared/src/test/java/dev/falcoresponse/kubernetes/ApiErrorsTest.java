package dev.falcoresponse.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.OutcomeException;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an error of the API server means for the event. */
final class ApiErrorsTest {
    private static final Call PATCH = Call.on(Resource.PODS, "PATCH", "patch", "shop", "web-0", "");

    private static Outcome outcome(int code, Status status) {
        return ApiErrors.outcome(PATCH, code, status, Optional.empty());
    }

    private static Outcome outcome(int code, String reason, String message) {
        return outcome(code, MemoryApi.status(code, reason, message));
    }

    private static String text(Outcome outcome) {
        return outcome.text() + "/" + outcome.reason().text();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "404 | NotFound  | pods \"web-0\" not found                               | skipped/not-found",
                "404 | ''        | 404 page not found                                     | failed/unavailable",
                "409 | Conflict  | the object has been modified                           | failed/conflict",
                "409 | Conflict  | Precondition failed: UID in precondition: a, b         | skipped/replaced",
                "409 | Conflict  | Precondition failed: ResourceVersion in precondition   | failed/conflict",
                "403 | Forbidden | User \"x\" cannot patch resource \"pods\" in API group | failed/forbidden",
                "403 | Forbidden | ValidatingAdmissionPolicy 'x' denied request           | failed/refused-by-admission",
                "422 | Invalid   | spec: Invalid value                                    | failed/conflict",
                "400 | ''        | admission webhook \"x\" denied the request             | failed/refused-by-admission",
                "400 | ''        | unknown field                                          | failed/unavailable",
                "429 | ''        | too many requests                                      | failed/unavailable",
                "500 | ''        | etcd leader changed                                    | failed/unavailable",
                "500 | ''        | etcdserver: request timed out                          | failed/unavailable",
                "502 | ''        | bad gateway                                            | failed/unavailable",
                "504 | Timeout   | request did not complete within requested timeout      | failed/timeout",
                "500 | ''        | does not support more than one PodDisruptionBudget     | failed/disruption-budget",
                "503 | ''        | apiserver is shutting down                             | failed/unavailable"
            })
    void everyErrorHasAReason(int code, String reason, String message, String outcome) {
        assertThat(text(outcome(code, reason, message))).isEqualTo(outcome);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "500 | etcd leader changed                | false",
                "500 | failed calling webhook             | false",
                "500 | etcdserver: request timed out      | true",
                "502 | bad gateway                        | true",
                "503 | no endpoints                       | false",
                "504 | request did not complete in time   | true"
            })
    void afterSomeTheChangeMayHaveBeenMade(int code, String message, boolean uncertain) {
        assertThat(((Failed) outcome(code, "", message)).uncertain()).isEqualTo(uncertain);

        Call read = Call.on(Resource.PODS, "GET", "get", "shop", "web-0", "");
        Status status = MemoryApi.status(code, "", message);
        assertThat(((Failed) ApiErrors.outcome(read, code, status, Optional.empty())).uncertain())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "403, failed/refused-by-admission",
        "409, failed/conflict",
        "429, failed/unavailable",
        "404, failed/unavailable",
        "504, failed/timeout",
        "200, failed/unavailable"
    })
    void anAnswerWithoutAnObjectMeansWhatItsCodeSays(int code, String outcome) {
        for (String body : List.of("", " \n", "null")) {
            ApiClient client = new MemoryApi()
                    .on("PATCH /" + PATCH.path(), new MemoryApi.Raw(code, body))
                    .client();
            assertThatThrownBy(() -> client.exchange(PATCH, ApiClient.MERGE_PATCH, Map.of(), Pod.class))
                    .isInstanceOfSatisfying(
                            OutcomeException.class,
                            e -> assertThat(text(e.outcome())).isEqualTo(outcome));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "403 | User \"x\" cannot patch resource \"pods\"             | false",
                "403 | denied                                                | false",
                "400 | unknown field                                         | false",
                "500 | more than one PodDisruptionBudget                     | false",
                "409 | modified                                              | true",
                "429 | slow down                                             | true",
                "500 | etcd                                                  | true",
                "504 | timeout                                               | true"
            })
    void onlyWhatMayPassIsRepeated(int code, String message, boolean retryable) {
        assertThat(((Failed) outcome(code, "", message)).retryable()).isEqualTo(retryable);
    }

    @Test
    void aMissingPermissionIsNamed() {
        assertThat(outcome(403, "Forbidden", "User \"x\" cannot patch resource \"pods\"")
                        .message())
                .startsWith("Not allowed to patch pods in namespace shop: ");
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 503})
    void theServersRetryAfterIsPassedOn(int code) {
        Outcome outcome =
                ApiErrors.outcome(PATCH, code, MemoryApi.status(code, "", "later"), Optional.of(Duration.ofSeconds(7)));

        assertThat(((Failed) outcome).retryAfter()).contains(Duration.ofSeconds(7));
    }

    @Test
    void anExhaustedDisruptionBudgetIsWaitedForLikeKubectlDoes() {
        Status status = new StatusBuilder()
                .withMessage("Cannot evict pod")
                .withNewDetails()
                .addNewCause("", "", "DisruptionBudget")
                .endDetails()
                .build();

        assertThat(text(outcome(429, status))).isEqualTo("failed/disruption-budget");
        assertThat(((Failed) outcome(429, status)).retryAfter()).contains(Duration.ofSeconds(5));
    }

    @Test
    void anInvalidChangeIsNoConflict() {
        Status status = new StatusBuilder()
                .withReason("Invalid")
                .withNewDetails()
                .withKind("Pod")
                .endDetails()
                .build();

        assertThat(text(outcome(422, status))).isEqualTo("failed/refused-by-admission");
    }

    @Test
    void anAttemptToChangeTheUidFoundAnotherObject() {
        Status status = new StatusBuilder()
                .withReason("Invalid")
                .withNewDetails()
                .withKind("Node")
                .addNewCause("metadata.uid", "Invalid value: field is immutable", "FieldValueInvalid")
                .endDetails()
                .build();

        assertThat(text(outcome(422, status))).isEqualTo("skipped/replaced");
    }

    @Test
    void aLongMessageIsCut() {
        assertThat(outcome(500, "", "x".repeat(10_000)).message()).hasSizeLessThan(600);
        assertThat(outcome(500, new Status()).message()).contains("no message");
    }
}
