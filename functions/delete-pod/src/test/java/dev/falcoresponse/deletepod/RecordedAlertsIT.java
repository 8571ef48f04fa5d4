package dev.falcoresponse.deletepod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.ThisFunction;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every recorded alert, byte for byte, in every form, with all pods there that the recordings name. */
@NeedsKubeApiServer
class RecordedAlertsIT {
    /** What alerts: namespace, pod, and the start of the container's id. */
    private static final List<List<String>> PODS = List.of(
            List.of("shop", "web-7c5ddbdf54-x2v8k", "3ad7b26ded6d"),
            List.of("shop", "batch-29188-q7d2x", "3ad7b26ded6d"),
            List.of("default", "legacy-0", "3ad7b26ded6d"),
            List.of("default", "alpine", "97c9868ea832"),
            List.of("openfaas-fn", "falco-pod-delete-7dc9f5fbb8-gbfk7", "12fc4de5ccc3"),
            List.of("hello-app", "nginx-676b6c5bbc-4xc6t", "000000000000"));

    private record Ending(String outcome, String reason) {}

    private static final Ending DELETED = new Ending("acted", "deleted");
    private static final Ending HOST = new Ending("skipped", "host");
    private static final Ending NO_POD = new Ending("skipped", "no-pod");
    private static final Ending REPLACED = new Ending("skipped", "replaced");

    private static final Map<String, Ending> EXPECTED = Map.ofEntries(
            Map.entry("cloudtrail-console-login-without-mfa", NO_POD),
            Map.entry("contact-api-server-own-function-legacy", DELETED),
            Map.entry("contact-k8s-api-server-pod", DELETED),
            Map.entry("customfields-templatedfields-extensions", DELETED),
            Map.entry("drop-and-execute-new-binary", DELETED),
            Map.entry("falcosidekick-client-test", NO_POD),
            Map.entry("falcosidekick-readme-write-below-binary-dir", HOST),
            Map.entry("falcosidekick-test-endpoint", NO_POD),
            Map.entry("gcp-bucket-configured-to-be-public", NO_POD),
            Map.entry("internal-metrics-snapshot", NO_POD),
            Map.entry("internal-syscall-event-drop", HOST),
            // names no container: today's pod is younger than the recorded alert
            Map.entry("k8saudit-attach-exec-pod", REPLACED),
            Map.entry("k8saudit-disallowed-user-no-namespace", NO_POD),
            Map.entry("k8saudit-serviceaccount-created-informational", NO_POD),
            Map.entry("negative-empty-output-fields", HOST),
            Map.entry("negative-missing-output-fields", HOST),
            Map.entry("negative-unknown-priority", DELETED),
            Map.entry("non-sudo-setuid-host-nulls", HOST),
            Map.entry("read-sensitive-file-host", HOST),
            Map.entry("read-sensitive-file-host-044", HOST),
            Map.entry("run-shell-untrusted-64k-truncated", DELETED),
            Map.entry("terminal-shell-in-container-pod", DELETED),
            Map.entry("terminal-shell-in-container-pod.via-knative", DELETED),
            Map.entry("terminal-shell-legacy-2021", DELETED),
            // another container than the one that runs in default/alpine now
            Map.entry("terminal-shell-legacy-null-image", REPLACED),
            // a container, but no pod
            Map.entry("terminal-shell-missing-metadata", NO_POD),
            Map.entry("write-below-etc-pod", DELETED));

    private static KubernetesClient client;
    private static FunctionProcess function;
    private List<Pod> pods = List.of();

    @BeforeAll
    static void start(KubeApiServer server) {
        client = server.client();
        PODS.forEach(pod -> client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(pod.getFirst())
                        .endMetadata()
                        .build())
                .serverSideApply());
        function = ThisFunction.acting(ThisFunction.access(server), Map.of("RESPONSE_MAX_EVENT_AGE", "36500d"));
    }

    @AfterAll
    static void stop() {
        function.close();
    }

    @BeforeEach
    void createPods() {
        pods = PODS.stream().map(RecordedAlertsIT::create).toList();
    }

    @AfterEach
    void deletePods() {
        pods.forEach(pod -> client.resource(pod).withGracePeriod(0).delete());
    }

    static Stream<Arguments> everyAlertInEveryForm() {
        return RecordedAlert.names().stream()
                .flatMap(name -> Stream.of(Send.values()).map(form -> Arguments.of(name, form)));
    }

    @ParameterizedTest
    @MethodSource("everyAlertInEveryForm")
    void endsInItsOutcomeAndOnlyThatPodGoes(String name, Send form) {
        RecordedAlert alert = RecordedAlert.named(name);

        var answer = form.to(function.uri(), alert).then().statusCode(200);

        Ending expected = expected(name);
        answer.body("outcome", equalTo(expected.outcome()))
                .body("reason", equalTo(expected.reason()))
                .body("eventId", equalTo(alert.member("uuid")))
                .body("rule", equalTo(alert.member("rule")));
        List<String> gone = pods.stream()
                .filter(pod -> !TestPods.isThere(client, pod))
                .map(pod -> pod.getMetadata().getName())
                .toList();
        assertThat(gone).isEqualTo(expected.equals(DELETED) ? List.of(named(alert)) : List.of());
    }

    @Test
    void everyRecordingHasAnExpectation() {
        assertThat(EXPECTED.keySet()).isEqualTo(Set.copyOf(RecordedAlert.names()));
    }

    private static Ending expected(String name) {
        return Optional.ofNullable(EXPECTED.get(name)).orElseThrow();
    }

    private static String named(RecordedAlert alert) {
        String fields = alert.body();
        return PODS.stream()
                .map(pod -> pod.get(1))
                .filter(name -> fields.contains("\"k8s.pod.name\":\"" + name + "\""))
                .findFirst()
                .orElseThrow();
    }

    private static Pod create(List<String> pod) {
        Pod created = TestPods.create(client, pod.get(0), pod.get(1));
        Pod alerting = new PodBuilder(created)
                .editStatus()
                .editFirstContainerStatus()
                .withContainerID("containerd://" + pod.get(2) + "f".repeat(52))
                .endContainerStatus()
                .endStatus()
                .build();
        return client.resource(alerting).updateStatus();
    }
}
