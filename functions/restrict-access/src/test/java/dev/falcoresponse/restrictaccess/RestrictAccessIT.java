package dev.falcoresponse.restrictaccess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falcoresponse.testing.ApiProxy;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.ServiceAccountAccess;
import dev.falcoresponse.testing.ShippedRole;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.ThisFunction;
import dev.falcoresponse.testing.Waiting;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exactly the identity of the alert can change nothing any more, and it is said only when that is true. */
@NeedsKubeApiServer
class RestrictAccessIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String RESTRICTIONS = "/apis/falco-response.io/v1/accessrestrictions";
    private static final String POLICY = "falco-response-restrict-access";
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    private static KubeApiServer server;
    private static KubernetesClient client;
    private static KubeAccess access;
    private static FunctionProcess function;
    private String namespace;

    @BeforeAll
    static void start(KubeApiServer apiServer) {
        server = apiServer;
        client = server.client();
        access = ThisFunction.access(server);
        install(client);
        function = ThisFunction.acting(access, Map.of("RESPONSE_COOLDOWN", "0s"));
        awaitEnforced();
    }

    /** Installs the kind and the policy that the action needs. */
    static void install(KubernetesClient admin) {
        ServiceAccountAccess.apply(admin, ThisFunction.MANIFESTS.resolve("crd.yaml"));
        ServiceAccountAccess.apply(admin, ThisFunction.MANIFESTS.resolve("policy.yaml"));
    }

    /** A policy takes effect within seconds, for a new kind within half a minute. */
    private static void awaitEnforced() {
        RecordedAlert probe = audit("probe-" + UUID.randomUUID());
        Waiting.until(
                "the policy to be in force",
                TIMEOUT,
                () -> answer(function, probe).jsonPath().getString("outcome").equals("acted"));
        forget();
    }

    @AfterAll
    static void stop() {
        function.close();
    }

    @BeforeEach
    void newNamespace() {
        namespace = server.newNamespace();
        Caller.createAccount(client, namespace);
    }

    @AfterEach
    void freeAll() {
        forget();
    }

    private static void forget() {
        client.genericKubernetesResources("falco-response.io/v1", "AccessRestrictions")
                .withName("falco-response")
                .delete();
    }

    private Pod pod(String name) {
        return TestPods.create(
                client,
                namespace,
                name,
                pod -> pod.editSpec().withServiceAccountName("app").endSpec());
    }

    private static RecordedAlert alert(Pod pod) {
        return RecordedAlert.shellIn(pod).with("uuid", UUID.randomUUID().toString());
    }

    private static RecordedAlert audit(String user) {
        return RecordedAlert.named("k8saudit-attach-exec-pod")
                .at(Instant.now())
                .with("uuid", UUID.randomUUID().toString())
                .withField("ka.user.name", user);
    }

    private static RecordedAlert audit(String user, String... groups) throws Exception {
        RecordedAlert alert = audit(user);
        JsonMapper json = new JsonMapper();
        ObjectNode body = (ObjectNode) json.readTree(alert.body());
        Stream.of(groups).forEach(body.withObjectProperty("output_fields").putArray("ka.user.groups")::add);
        return alert.withBody(body.toString());
    }

    private static Response answer(FunctionProcess receiver, RecordedAlert alert) {
        return Send.BINARY.to(receiver.uri(), alert);
    }

    private static ValidatableResponse send(FunctionProcess receiver, RecordedAlert alert) {
        return Send.BINARY.repeatedlyTo(receiver.uri(), alert).then().statusCode(200);
    }

    private static ValidatableResponse send(RecordedAlert alert) {
        return send(function, alert);
    }

    private static ValidatableResponse restrict(Pod pod) {
        return send(alert(pod)).body("outcome", equalTo("acted"), "reason", equalTo("restricted"));
    }

    private static ValidatableResponse event(FunctionProcess receiver, String type, String data) {
        return Send.event(receiver.uri(), type, data).then();
    }

    private static ValidatableResponse undo(String data) {
        return event(function, "falco.response.restrict-access.undo.v1", data).statusCode(200);
    }

    private ValidatableResponse undoPod(String name) {
        return undo("{\"namespace\":\"%s\",\"name\":\"%s\"}".formatted(namespace, name));
    }

    private static Set<String> restricted(String map) {
        GenericKubernetesResource object = client.genericKubernetesResources(
                        "falco-response.io/v1", "AccessRestrictions")
                .withName("falco-response")
                .get();
        return object != null && object.getAdditionalProperties().get(map) instanceof Map<?, ?> entries
                ? entries.keySet().stream().map(String::valueOf).collect(Collectors.toSet())
                : Set.of();
    }

    // what is refused, and what is not

    @Test
    void theTokensOfThePodChangeNothingAnyMoreAndThoseOfItsSiblingsDo() {
        Pod attacked = pod("web-0");
        Pod sibling = pod("web-1");
        try (Caller caller = Caller.pod(server, attacked);
                Caller other = Caller.pod(server, sibling)) {
            Waiting.until("writes to succeed", TIMEOUT, caller::writes);

            restrict(attacked)
                    .body(
                            "identity",
                            equalTo("container"),
                            "targetKind",
                            equalTo("Pod"),
                            "targetName",
                            equalTo("web-0"))
                    .body("targetUid", equalTo(attacked.getMetadata().getUid()), "details.inForce", equalTo(true))
                    .body("details.user", equalTo("system:serviceaccount:" + namespace + ":app"))
                    .body("message", containsString("it can still read, but change nothing"))
                    .header("ce-subject", namespace + "/web-0");

            everyChangeIsRefused(caller);
            everyReadGoesOn(caller);
            Waiting.until("writes to succeed", TIMEOUT, other::writes);
        }
    }

    private void everyChangeIsRefused(Caller caller) {
        String pods = "/api/v1/namespaces/" + namespace + "/pods";
        String maps = "/api/v1/namespaces/" + namespace + "/configmaps";
        String map = "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"generateName\":\"x-\"}}";
        caller.isRefused("POST", maps, map);
        caller.isRefused("POST", maps + "?dryRun=All", map);
        caller.isRefused("DELETE", pods + "/web-1", null);
        caller.isRefused("DELETE", pods + "?labelSelector=app%3Dweb", null);
        caller.isRefused("POST", pods + "/web-1/exec?command=id&stdout=true", null);
        caller.isRefused("GET", pods + "/web-1/exec?command=id&stdout=true", null);
        caller.isRefused("POST", pods + "/web-1/attach?stdout=true", null);
        caller.isRefused("POST", pods + "/web-1/portforward", null);
        caller.isRefused("GET", pods + "/web-1/proxy/", null);
        caller.isRefused("GET", "/api/v1/namespaces/" + namespace + "/services/web/proxy/", null);
        caller.isRefused("GET", "/api/v1/nodes/worker-1/proxy/pods", null);
        caller.isRefused(
                "POST",
                "/api/v1/namespaces/" + namespace + "/serviceaccounts/app/token",
                "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"TokenRequest\",\"spec\":{}}");
        caller.isRefused("DELETE", RESTRICTIONS + "/falco-response", null);
        caller.isRefused("DELETE", "/api/v1/namespaces/falco-response", null);
    }

    private void everyReadGoesOn(Caller caller) {
        assertThat(caller.status("GET", "/api/v1/namespaces/" + namespace + "/pods/web-1", null))
                .isEqualTo(200);
        assertThat(caller.status("GET", "/api/v1/secrets", null)).isEqualTo(200);
        assertThat(caller.status(
                        "POST",
                        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                        "{\"apiVersion\":\"authorization.k8s.io/v1\",\"kind\":\"SelfSubjectAccessReview\","
                                + "\"spec\":{\"resourceAttributes\":{\"verb\":\"get\",\"resource\":\"pods\"}}}"))
                .isEqualTo(200);
    }

    @Test
    void undoFreesAtOnceAndTheSecondFindsNothing() {
        Pod attacked = pod("web-0");
        try (Caller caller = Caller.pod(server, attacked)) {
            restrict(attacked);
            assertThat(caller.writes()).isFalse();
            send(alert(attacked)).body("outcome", equalTo("skipped"), "reason", equalTo("already-done"));

            undoPod("web-0")
                    .body("outcome", equalTo("acted"), "reason", equalTo("restored"), "targetName", equalTo("web-0"));
            Waiting.until("writes to succeed", TIMEOUT, caller::writes);
        }
        undoPod("web-0").body("outcome", equalTo("skipped"), "reason", equalTo("nothing-to-undo"));
    }

    @Test
    void theUserOfAnAuditAlertIsRestrictedByNameWhateverPodItTouched() {
        String name = "alice+ops@example.com " + UUID.randomUUID();
        try (Caller alice = Caller.person(server, name, namespace);
                Caller bob = Caller.person(server, "bob-" + namespace, namespace)) {
            Waiting.until("writes to succeed", TIMEOUT, alice::writes);
            send(audit(name))
                    .body("reason", equalTo("restricted"), "identity", equalTo("name"))
                    .body("targetKind", equalTo("User"), "targetName", equalTo(name), "targetUid", nullValue())
                    .body("message", containsString("members of system:masters are never restricted"))
                    .header("ce-subject", name);

            assertThat(alice.writes()).isFalse();
            Waiting.until("writes to succeed", TIMEOUT, bob::writes);

            undo("{\"kind\":\"User\",\"name\":\"%s\"}".formatted(name)).body("reason", equalTo("restored"));
            Waiting.until("writes to succeed", TIMEOUT, alice::writes);
        }
    }

    @Test
    void theServiceAccountOfAnAuditAlertIsRestrictedWithAllItsTokens() {
        String name = "system:serviceaccount:" + namespace + ":app";
        try (Caller unbound = Caller.account(server, namespace);
                Caller bound = Caller.pod(server, pod("web-0"))) {
            send(audit(name)).body("reason", equalTo("restricted"));
            assertThat(unbound.writes()).isFalse();
            assertThat(bound.writes()).isFalse();

            undo("{\"name\":\"%s\"}".formatted(name)).body("reason", equalTo("restored"));
            Waiting.until("writes to succeed", TIMEOUT, () -> unbound.writes() && bound.writes());
        }
    }

    @Test
    void aReplyAboutAnIsolatedPodRestrictsThatPod() {
        Pod isolated = pod("web-0");
        String reply = """
                {"action":"isolate-network","outcome":"acted","reason":"isolated","message":"x","dryRun":false,
                 "rule":"Attach/Exec Pod","priority":"Notice","source":"k8s_audit","eventId":"%s","eventTime":"%s",
                 "namespace":"%s","pod":"web-0","podUid":"%s","identity":"container","details":{}}
                """.formatted(
                        UUID.randomUUID(),
                        Instant.now(),
                        namespace,
                        isolated.getMetadata().getUid());

        event(function, "falco.response.isolate-network.v1", reply)
                .body("reason", equalTo("restricted"), "targetKind", equalTo("Pod"), "identity", equalTo("uid"));
        assertThat(restricted("pods")).containsExactly(isolated.getMetadata().getUid());
    }

    // what is never restricted

    @ParameterizedTest
    @ValueSource(
            strings = {
                "system:kube-scheduler",
                "system:node:worker-1",
                "system:apiserver",
                "system:serviceaccount:kube-system:generic-garbage-collector",
                "system:serviceaccount:falco-response:restrict-access"
            })
    void nothingThatTheClusterOrTheResponseNeedsIsRestricted(String name) {
        send(audit(name)).body("outcome", equalTo("denied"), "reason", equalTo("system-identity"));
        assertThat(restricted("users")).isEmpty();
    }

    @Test
    void aMemberOfTheMastersIsNotSaidToBeRestricted() throws Exception {
        send(audit("kubernetes-admin", "kubeadm:cluster-admins", "system:masters"))
                .body("outcome", equalTo("denied"), "reason", equalTo("system-identity"));
        send(audit("kubernetes-admin", "dev")).body("reason", equalTo("restricted"));
    }

    @Test
    void protectedNamespacesAndExemptPodsAreLeftAlone() {
        send(audit("system:serviceaccount:falco:falco"))
                .body("outcome", equalTo("denied"), "reason", equalTo("protected-namespace"));
        Pod exempt = TestPods.create(
                client,
                namespace,
                "exempt",
                pod -> pod.editMetadata()
                        .addToLabels("falco-response/exempt", "true")
                        .endMetadata());
        send(alert(exempt)).body("reason", equalTo("exempt"));
        send(audit("alice").withField("ka.user.name", null)).body("reason", equalTo("no-pod"));
        send(RecordedAlert.named("terminal-shell-in-container-pod")
                        .at(Instant.now())
                        .withField("container.id", "host"))
                .body("reason", equalTo("host"));
    }

    @Test
    void aPodWithoutProofIsNotRestricted() {
        pod("web-0");
        RecordedAlert bare = RecordedAlert.named("terminal-shell-in-container-pod")
                .at(Instant.now())
                .about(namespace, "web-0")
                .withField("container.id", null);
        send(bare).body("outcome", equalTo("denied"), "reason", equalTo("unproven"));
    }

    @Test
    void theFunctionsOwnTokenCanDoNoMore() {
        send(audit("alice-" + namespace)).body("reason", equalTo("restricted"));
        try (KubernetesClient own = access.client()) {
            var object = own.genericKubernetesResources("falco-response.io/v1", "AccessRestrictions")
                    .withName("falco-response");
            for (String name : List.of("system:kube-scheduler", "system:serviceaccount:kube-system:x")) {
                assertThatThrownBy(() -> object.patch(MERGE, "{\"users\":{\"%s\":{}}}".formatted(name)))
                        .hasMessageContaining("the control plane cannot be restricted");
            }
            assertThatThrownBy(() -> object.patch(MERGE, "{\"pods\":{\"web-0\":{}}}"))
                    .hasMessageContaining("pods are named by their uid");
            assertThatThrownBy(() ->
                            object.patch(MERGE, "{\"users\":{\"alice-%s\":{\"rule\":\"x\"}}}".formatted(namespace)))
                    .hasMessageContaining("a restriction does not change");
            assertThatThrownBy(object::delete).isInstanceOf(KubernetesClientException.class);
            assertThatThrownBy(() -> own.genericKubernetesResources("falco-response.io/v1", "AccessRestrictions")
                            .withName("other")
                            .get())
                    .hasMessageContaining("cannot get resource");
        }
    }

    // limits

    @Test
    void ofThirtyPodsAtOnceTwentyAreRestrictedAndTheOthersAreDenied() {
        List<Pod> pods = IntStream.range(0, 30).mapToObj(i -> pod("web-" + i)).toList();
        List<CompletableFuture<String>> answers = pods.stream()
                .map(each -> CompletableFuture.supplyAsync(() -> reason(function, alert(each))))
                .toList();

        List<String> reasons = answers.stream().map(CompletableFuture::join).toList();

        assertThat(reasons.stream().filter("restricted"::equals)).hasSize(20);
        assertThat(reasons.stream().filter("budget"::equals)).hasSize(10);
        assertThat(restricted("pods")).hasSize(20);
        try (FunctionProcess previewing = ThisFunction.acting(access, Map.of("RESPONSE_DRY_RUN", "true"))) {
            send(previewing, alert(pod("late"))).body("outcome", equalTo("denied"), "reason", equalTo("budget"));
        }
    }

    private static String reason(FunctionProcess receiver, RecordedAlert alert) {
        return Send.BINARY.repeatedlyTo(receiver.uri(), alert).jsonPath().getString("reason");
    }

    @Test
    void aLowerLimitHoldsOverReplicas() {
        Map<String, String> one = Map.of("RESTRICT_ACCESS_MAX", "1");
        try (FunctionProcess first = ThisFunction.acting(access, one);
                FunctionProcess second = ThisFunction.acting(access, one)) {
            for (int round = 0; round < 5; round++) {
                String user = "user-" + round + "-";
                List<CompletableFuture<String>> answers = new ArrayList<>();
                for (FunctionProcess receiver : List.of(first, second)) {
                    RecordedAlert alert = audit(user + receiver.pid());
                    answers.add(CompletableFuture.supplyAsync(() -> reason(receiver, alert)));
                }
                assertThat(answers.stream().map(CompletableFuture::join).toList())
                        .containsExactlyInAnyOrder("restricted", "budget");
                forget();
            }
        }
    }

    // said only when it is true

    private static void editBinding(String patch) {
        binding().patch(MERGE, patch);
    }

    private static io.fabric8.kubernetes.client.dsl.Resource<GenericKubernetesResource> binding() {
        return client.genericKubernetesResources("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding")
                .withName(POLICY);
    }

    @Test
    void withoutABindingThatDeniesNothingIsSaidToBeRestricted() {
        Pod pod = pod("web-0");
        editBinding("{\"spec\":{\"validationActions\":[\"Audit\"]}}");
        try {
            answer(function, alert(pod))
                    .then()
                    .statusCode(503)
                    .body("reason", equalTo("not-yet-known"), "detail", containsString("does not deny"));
            editBinding(
                    "{\"spec\":{\"validationActions\":[\"Deny\"],\"matchResources\":{\"namespaceSelector\":{\"matchLabels\":{\"a\":\"b\"}}}}}");
            answer(function, alert(pod)).then().statusCode(503).body("detail", containsString("does not deny"));
            binding().delete();
            answer(function, alert(pod))
                    .then()
                    .statusCode(503)
                    .body("detail", containsString("There is no ValidatingAdmissionPolicyBinding"));
            try (FunctionProcess previewing = ThisFunction.acting(access, Map.of("RESPONSE_DRY_RUN", "true"))) {
                answer(previewing, alert(pod)).then().statusCode(503).body("reason", equalTo("not-yet-known"));
            }
            assertThat(restricted("pods")).isEmpty();
        } finally {
            install(client);
            awaitEnforced();
        }
    }

    @Test
    void whatTheServerDoesNotConfirmIsToldByTheRedelivery() {
        Pod pod = pod("web-0");
        RecordedAlert alert = alert(pod);
        boolean[] silent = {true};
        ApiProxy.Fault withoutWarning = call -> silent[0] && call.body().contains("falco-response/probe")
                ? Optional.of(new ApiProxy.Answer(
                        200,
                        Map.of("Content-Type", "application/json"),
                        "{\"apiVersion\":\"falco-response.io/v1\",\"kind\":\"AccessRestrictions\",\"metadata\":{}}"))
                : Optional.empty();
        try (ApiProxy proxy = ApiProxy.before(access, withoutWarning);
                FunctionProcess through = ThisFunction.acting(proxy.access(), Map.of())) {
            answer(through, alert)
                    .then()
                    .statusCode(503)
                    .header("Retry-After", "5")
                    .body("reason", equalTo("not-yet-known"), "detail", containsString("does not apply version"));
            answer(through, alert(pod)).then().statusCode(503);
            silent[0] = false;

            // another replica, which does not know that nobody was told
            send(alert).body("outcome", equalTo("acted"), "reason", equalTo("restricted"));
            send(alert).body("outcome", equalTo("skipped"), "reason", equalTo("already-done"));
            send(through, alert).body("outcome", equalTo("acted"), "reason", equalTo("restricted"));
        }
    }

    @Test
    void whatWasDoneWithoutAnAnswerIsToldAlsoOnceThePodIsGone() {
        Pod pod = pod("web-0");
        RecordedAlert alert = alert(pod);
        AtomicBoolean lost = new AtomicBoolean(false);
        try (ApiProxy proxy = ApiProxy.losing(
                        access,
                        call -> call.method().equals("PATCH")
                                && !call.uri().contains("dryRun")
                                && lost.getAndSet(false));
                FunctionProcess losing = ThisFunction.acting(proxy.access(), Map.of("RESPONSE_COOLDOWN", "0s"))) {
            send(losing, audit("somebody-else")); // the object is there now
            lost.set(true);
            answer(losing, alert).then().statusCode(503);
            client.resource(pod).withGracePeriod(0).delete();
            send(losing, alert)
                    .body("outcome", equalTo("acted"), "reason", equalTo("restricted"))
                    .body("targetName", equalTo("web-0"), "details.inForce", equalTo(true));

            lost.set(true);
            String data = "{\"namespace\":\"%s\",\"name\":\"web-0\"}".formatted(namespace);
            String type = "falco.response.restrict-access.undo.v1";
            Send.event(losing.uri(), "undo-1", type, data).then().statusCode(503);
            Send.event(losing.uri(), "undo-1", type, data)
                    .then()
                    .statusCode(200)
                    .body("outcome", equalTo("acted"), "reason", equalTo("restored"));
        }
        assertThat(restricted("pods")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b?x", "a b", "..", "A"})
    void anUndoWithANameThatNoPodCanHaveAsksForNothing(String odd) {
        undo("{\"namespace\":\"%s\",\"name\":\"web-0\",\"uid\":\"u\"}".formatted(odd))
                .body("reason", equalTo("no-pod"), "identity", equalTo(null), "targetName", equalTo(null));
    }

    @Test
    void everyWayOfTheDocsFreesEverybody() {
        Pod pod = pod("web-0");
        try (Caller caller = Caller.pod(server, pod)) {
            List<Runnable> ways = List.of(
                    RestrictAccessIT::forget,
                    () -> editBinding("{\"spec\":{\"validationActions\":[\"Audit\"]}}"),
                    () -> binding().delete());
            for (Runnable way : ways) {
                send(alert(pod));
                assertThat(caller.writes()).isFalse();
                way.run();
                Waiting.until("writes to succeed", TIMEOUT, caller::writes);
                install(client);
                awaitEnforced();
            }
        }
    }

    /** Two of them work for a restricted administrator too. */
    @Test
    void aRestrictedAdministratorCanFreeItself() {
        Pod pod = pod("web-0");
        try (Caller caller = Caller.pod(server, pod)) {
            restrict(pod);
            assertThat(caller.status(
                            "DELETE",
                            "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/" + POLICY,
                            null))
                    .isEqualTo(200);
            Waiting.until("writes to succeed", TIMEOUT, caller::writes);
        } finally {
            install(client);
            awaitEnforced();
        }
    }

    // time

    @Test
    void theClockFreesWhatHasExpired() {
        Pod pod = pod("web-0");
        try (Caller caller = Caller.pod(server, pod);
                FunctionProcess brief = ThisFunction.acting(access, Map.of("RESTRICT_ACCESS_EXPIRES_AFTER", "1s"))) {
            send(brief, alert(pod)).body("reason", equalTo("restricted"));
            send(brief, audit("alice-" + namespace)).body("reason", equalTo("restricted"));
            Waiting.until("its time to be over", TIMEOUT, () -> {
                event(brief, "dev.knative.sources.ping", "{}").statusCode(200);
                return restricted("pods").isEmpty() && restricted("users").isEmpty();
            });
            Waiting.until("writes to succeed", TIMEOUT, caller::writes);
            event(brief, "dev.knative.sources.ping", "{}").body("reason", equalTo("nothing-to-undo"));
        }
    }

    @Test
    void theClockLeavesWhatWasRestrictedAnewMeanwhile() {
        String user = "alice-" + namespace;
        RecordedAlert second = audit(user);
        AtomicBoolean raced = new AtomicBoolean();
        ApiProxy.Fault anew = call -> {
            if (call.body().contains("null") && !raced.getAndSet(true)) {
                undo("{\"kind\":\"User\",\"name\":\"%s\"}".formatted(user)).body("reason", equalTo("restored"));
                send(second).body("reason", equalTo("restricted"));
            }
            return Optional.empty();
        };
        try (ApiProxy proxy = ApiProxy.before(access, anew);
                FunctionProcess brief = ThisFunction.acting(
                        proxy.access(), Map.of("RESTRICT_ACCESS_EXPIRES_AFTER", "1s", "RESPONSE_API_TIMEOUT", "60s"))) {
            send(brief, audit(user)).body("reason", equalTo("restricted"));
            Waiting.until("its time to be over", TIMEOUT, () -> {
                event(brief, "dev.knative.sources.ping", "{}").body("reason", equalTo("nothing-to-undo"));
                return raced.get();
            });
            event(brief, "dev.knative.sources.ping", "{}").body("reason", equalTo("nothing-to-undo"));
        }
        assertThat(restricted("users")).containsExactly(user);
        send(second).body("reason", equalTo("already-done"));
    }

    @Test
    void aPodThatIsGoneIsRestoredAndOneOfItsNameWasNeverRestricted() {
        Pod first = pod("web-0");
        restrict(first);
        client.resource(first).withGracePeriod(0).delete();
        Pod second = pod("web-0");
        try (Caller caller = Caller.pod(server, second)) {
            Waiting.until("writes to succeed", TIMEOUT, caller::writes);
        }
        undo("{\"namespace\":\"%s\",\"name\":\"web-0\",\"uid\":\"%s\"}"
                        .formatted(namespace, second.getMetadata().getUid()))
                .body("reason", equalTo("replaced"));
        undoPod("web-0")
                .body("outcome", equalTo("acted"), "reason", equalTo("restored"))
                .body("targetUid", equalTo(first.getMetadata().getUid()));
    }

    @Test
    void ofTwoRestrictedPodsOfOneNameTheLastIsFreedUnlessTheRequestSaysWhich() {
        Pod first = pod("web-0");
        restrict(first);
        client.resource(first).withGracePeriod(0).delete();
        Pod second = pod("web-0");
        restrict(second);

        undoPod("web-0")
                .body(
                        "reason",
                        equalTo("restored"),
                        "targetUid",
                        equalTo(second.getMetadata().getUid()));
        assertThat(restricted("pods")).containsExactly(first.getMetadata().getUid());
        undo("{\"namespace\":\"%s\",\"pod\":\"web-0\",\"uid\":\"%s\"}"
                        .formatted(namespace, first.getMetadata().getUid()))
                .body("reason", equalTo("restored"), "identity", equalTo("uid"));
        assertThat(restricted("pods")).isEmpty();
    }

    /** Entries that people or others have made. */
    @Test
    void anOddEntryKeepsNothingFromTheOthers() {
        send(audit("alice-" + namespace)).body("reason", equalTo("restricted"));
        String uid = UUID.randomUUID().toString();
        client.genericKubernetesResources("falco-response.io/v1", "AccessRestrictions")
                .withName("falco-response")
                .patch(
                        MERGE,
                        "{\"users\":{\"odd\":{\"expires\":\"2020-01-01T00:00:00+25:00\"}},\"pods\":{\"%s\":{}}}"
                                .formatted(uid));

        send(audit("bob-" + namespace)).body("reason", equalTo("restricted"));
        undo("{\"namespace\":\"shop\",\"name\":\"web-0\",\"uid\":\"%s\"}".formatted(uid))
                .body("reason", equalTo("restored"));
        undo("{\"kind\":\"User\",\"name\":\"alice-%s\"}".formatted(namespace)).body("reason", equalTo("restored"));
        event(function, "dev.knative.sources.ping", "{}").statusCode(200);
    }

    /** A function that was taken over could create the object as it likes. */
    @Test
    void anObjectThatLooksLikeAProbeCanBeUndone() {
        client.resource("""
                        {"apiVersion":"falco-response.io/v1","kind":"AccessRestrictions",
                         "metadata":{"name":"falco-response","annotations":{"falco-response/probe":"x"}},
                         "users":{"vic":{}}}
                        """).create();

        undo("{\"kind\":\"User\",\"name\":\"vic\"}").body("reason", equalTo("restored"));
        send(audit("alice-" + namespace)).body("reason", equalTo("restricted"));
    }

    @Test
    void aNameIsTakenExactly() {
        String name = "eve-" + namespace;
        try (Caller eve = Caller.person(server, name, namespace)) {
            send(audit(name + " ")).body("reason", equalTo("restricted"), "targetName", equalTo(name + " "));
            Waiting.until("writes to succeed", TIMEOUT, eve::writes);
            assertThat(restricted("users")).containsExactly(name + " ");

            undo("{\"kind\":\"User\",\"name\":\"%s\"}".formatted(name)).body("reason", equalTo("nothing-to-undo"));
            undo("{\"kind\":\"User\",\"name\":\"%s \"}".formatted(name)).body("reason", equalTo("restored"));
        }
        send(audit("x".repeat(254))).body("reason", equalTo("no-pod"), "message", containsString("more than 253"));
    }

    @Test
    void whatAPersonHasTakenBackBeforeTheChainIsLeftAlone() {
        Pod released = pod("web-0");
        String reply = """
                {"action":"isolate-network","outcome":"skipped","reason":"already-done","message":"x","dryRun":false,
                 "rule":"Terminal shell in container","priority":"Notice","source":"syscall","eventId":"%s","eventTime":"%s",
                 "namespace":"%s","pod":"web-0","podUid":"%s","identity":"container","details":{"undoneBy":"hand"}}
                """.formatted(
                        UUID.randomUUID(),
                        Instant.now(),
                        namespace,
                        released.getMetadata().getUid());

        event(function, "falco.response.isolate-network.v1", reply)
                .body("outcome", equalTo("skipped"), "reason", equalTo("already-done"));
        assertThat(restricted("pods")).isEmpty();
    }

    @Test
    void whatAPersonHasTakenBackIsLeftAlone() {
        Pod pod = pod("web-0");
        RecordedAlert alert = alert(pod);
        send(alert).body("reason", equalTo("restricted"));
        forget();

        send(alert).body("reason", equalTo("already-done"), "details.undoneBy", equalTo("hand"));
    }

    @Test
    void aPreviewRestrictsNobodyAndCanBePreviewedToTheEnd() {
        Pod pod = pod("web-0");
        try (FunctionProcess previewing = ThisFunction.acting(access, Map.of("RESPONSE_DRY_RUN", "true"))) {
            send(previewing, alert(pod))
                    .body("outcome", equalTo("previewed"), "message", containsString("Would restrict pod"))
                    .body(
                            "details.inForce",
                            nullValue(),
                            "message",
                            containsString("only after the first restriction"));
            assertThat(restricted("pods")).isEmpty();
            restrict(pod);
            send(previewing, alert(pod("web-1")))
                    .body("outcome", equalTo("previewed"), "details.inForce", equalTo(true));
        }
        undo("{\"namespace\":\"%s\",\"name\":\"web-0\",\"dryRun\":true}".formatted(namespace))
                .body("outcome", equalTo("previewed"), "message", containsString("Would free pod"));
        assertThat(restricted("pods")).hasSize(1);
    }

    // permissions and settings

    @Test
    void everyRightOfTheRolesIsNeeded() {
        ShippedRole.in(ThisFunction.MANIFESTS.resolve("rbac.yaml"), client)
                .forEach(role -> role.requireThatEverythingIsNeeded(function));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RESTRICT_ACCESS_MAX           | 21   | it is no number from 1 to 20",
                "RESTRICT_ACCESS_MAX           | 0    | it is no number from 1 to 20",
                "RESTRICT_ACCESS_EXPIRES_AFTER | soon | RESTRICT_ACCESS_EXPIRES_AFTER",
                "RESTRICT_ACCESS_MAXIMUM       | 5    | There is no setting RESTRICT_ACCESS_MAXIMUM"
            })
    void aWrongSettingStopsTheStart(String name, String value, String sentence) {
        assertThat(FunctionProcess.failToStart(ThisFunction.TARGET, access, Map.of(name, value)))
                .contains(name, sentence);
    }
}
