package dev.falcoresponse.deletepod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.ThisFunction;
import dev.falcoresponse.testing.Waiting;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicyBindingBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicyBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A preview changes nothing, and fails where the server would refuse the change. */
@NeedsKubeApiServer
class DryRunIT {
    private final KubeApiServer server;
    private final KubernetesClient client;
    private final KubeAccess access;
    private final Pod pod;
    private final RecordedAlert alert;

    DryRunIT(KubeApiServer server) {
        this.server = server;
        client = server.client();
        access = ThisFunction.access(server);
        pod = TestPods.create(client, server.newNamespace(), "web-0");
        alert = RecordedAlert.shellIn(pod);
    }

    /** With the defaults, except for what a test sets. */
    private FunctionProcess function(KubeAccess as, Map<String, String> settings) {
        return FunctionProcess.start(ThisFunction.TARGET, as, settings);
    }

    @Test
    void nothingChangesUntilAnOperatorSaysSo() {
        try (FunctionProcess function = function(access, Map.of())) {
            Send.BINARY
                    .to(function.uri(), alert)
                    .then()
                    .statusCode(200)
                    .body("outcome", equalTo("previewed"), "reason", equalTo("dry-run"), "dryRun", equalTo(true))
                    .body("message", containsString("Would delete"));
        }
        assertThat(TestPods.isThere(client, pod)).isTrue();
    }

    @Test
    void anEvictionIsPreviewedToo() {
        try (FunctionProcess function = function(access, Map.of("DELETE_POD_MODE", "evict"))) {
            Send.BINARY
                    .to(function.uri(), alert)
                    .then()
                    .statusCode(200)
                    .body("outcome", equalTo("previewed"), "message", containsString("Would evict"));
        }
        assertThat(TestPods.isThere(client, pod)).isTrue();
    }

    @Test
    void aPreviewSpendsNoBudgetAndStartsNoCooldown() {
        try (FunctionProcess function = function(access, Map.of("RESPONSE_BUDGET", "1/10m"))) {
            for (int i = 0; i < 3; i++) {
                Send.BINARY.to(function.uri(), alert).then().body("outcome", equalTo("previewed"));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"delete", "evict"})
    void whatRbacWouldRefuseIsFailed(String mode) {
        KubeAccess nobody = Permissions.only(server, "get", "pods");
        try (FunctionProcess function = function(nobody, Map.of("DELETE_POD_MODE", mode))) {
            Send.BINARY
                    .to(function.uri(), alert)
                    .then()
                    .statusCode(422)
                    .body("outcome", equalTo("failed"), "reason", equalTo("forbidden"));
        }
        assertThat(TestPods.isThere(client, pod)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "false"})
    void whatAnAdmissionPolicyWouldRefuseIsFailed(String dryRun) {
        forbidDeletion(pod.getMetadata().getNamespace());
        Map<String, String> settings = new HashMap<>(Map.of("RESPONSE_DRY_RUN", dryRun));
        try (FunctionProcess function = function(access, settings)) {
            Send.BINARY
                    .to(function.uri(), alert)
                    .then()
                    .statusCode(422)
                    .body("outcome", equalTo("failed"), "reason", equalTo("refused-by-admission"))
                    .body("detail", containsString("evidence first"));
        }
        assertThat(TestPods.isThere(client, pod)).isTrue();
    }

    /** A real policy; it is in effect once the server refuses by it. */
    private void forbidDeletion(String namespace) {
        String name = "no-deletion-in-" + namespace;
        client.resource(new ValidatingAdmissionPolicyBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withNewMatchConstraints()
                        .addNewResourceRule()
                        .withApiGroups("")
                        .withApiVersions("v1")
                        .withOperations("DELETE")
                        .withResources("pods")
                        .endResourceRule()
                        .withNewNamespaceSelector()
                        .addToMatchLabels("kubernetes.io/metadata.name", namespace)
                        .endNamespaceSelector()
                        .endMatchConstraints()
                        .addNewValidation()
                        .withExpression("false")
                        .withMessage("evidence first")
                        .endValidation()
                        .endSpec()
                        .build())
                .create();
        client.resource(new ValidatingAdmissionPolicyBindingBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withPolicyName(name)
                        .withValidationActions(List.of("Deny"))
                        .endSpec()
                        .build())
                .create();
        Waiting.until("the admission policy", Duration.ofSeconds(30), () -> refusesDeletion());
    }

    private boolean refusesDeletion() {
        try {
            client.resource(pod).dryRun().delete();
            return false;
        } catch (KubernetesClientException e) {
            return String.valueOf(e.getMessage()).contains("evidence first");
        }
    }
}
