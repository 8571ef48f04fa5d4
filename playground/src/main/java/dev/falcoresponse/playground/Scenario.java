package dev.falcoresponse.playground;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.TestPods;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.URI;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/** A bad quarter of an hour in a small shop: pods, and recorded alerts that fit them, with today's time. */
final class Scenario {
    private static final String SHELL = "terminal-shell-in-container-pod";
    private static final String BINARY = "drop-and-execute-new-binary";

    private final KubernetesClient client;
    private final Instant now;
    private final List<SentAlert> alerts = new ArrayList<>();

    private Scenario(KubernetesClient client, Instant now) {
        this.client = client;
        this.now = now;
    }

    /** Puts the pods there and returns the alerts. */
    static List<SentAlert> prepare(KubernetesClient client, Instant now) {
        Scenario scenario = new Scenario(client, now);
        List.of("shop", "monitoring", "kube-system", "default").forEach(scenario::namespace);
        scenario.podsThatGo();
        scenario.podsThatAreIsolated();
        scenario.podsThatStay();
        scenario.noPodAtAll();
        return scenario.alerts;
    }

    /** In one's own cluster nothing is put there: a shell in a pod of each namespace, as it would be answered. */
    static List<SentAlert> aboutPodsOf(KubernetesClient client, Instant now) {
        Scenario scenario = new Scenario(client, now);
        client.pods().inAnyNamespace().list().getItems().stream()
                .filter(pod -> !pod.getStatus().getContainerStatuses().isEmpty())
                .filter(pod -> pod.getStatus().getContainerStatuses().getFirst().getContainerID() != null)
                .collect(Collectors.toMap(
                        pod -> pod.getMetadata().getNamespace(), pod -> pod, (first, _) -> first, TreeMap::new))
                .values()
                .forEach(pod -> scenario.send(
                        SHELL,
                        "about a pod that runs here",
                        scenario.recorded(SHELL).about(pod)));
        scenario.send("read-sensitive-file-host", "today", scenario.recorded("read-sensitive-file-host"));
        return scenario.alerts;
    }

    private void podsThatGo() {
        Pod web = deployed("shop", "web", "7c5ddbdf54", "x2v8k");
        RecordedAlert shell = recorded(SHELL).about(web);
        send(SHELL, "about a Deployment's pod", shell);
        send(SHELL, "the same alert once more", shell);

        Pod batch = pod("shop", "batch-29188-q7d2x", "batch/v1", "Job", "batch-29188");
        send(
                "write-below-etc-pod",
                "about a Job's pod",
                recorded("write-below-etc-pod").about(batch));
    }

    private void podsThatAreIsolated() {
        Pod api = deployed("shop", "api", "5d8f7c9b4", "h6t2q");
        RecordedAlert binary = recorded(BINARY).about(api);
        send(BINARY, "about a Deployment's pod", binary);
        send(BINARY, "the same alert once more", binary);
        release(api);

        Pod legacy = pod("default", "legacy-0", "apps/v1", "StatefulSet", "legacy");
        send(BINARY, "about a StatefulSet's pod", recorded(BINARY).about(legacy));
    }

    private void podsThatStay() {
        Pod exempt = TestPods.create(
                client,
                "shop",
                "till-0",
                pod -> pod.editMetadata()
                        .addToLabels("falco-response/exempt", "true")
                        .endMetadata());
        send(
                "customfields-templatedfields-extensions",
                "about a pod that is exempt",
                recorded("customfields-templatedfields-extensions").about(exempt));

        Pod agent = pod("monitoring", "agent-8k2lp", "apps/v1", "DaemonSet", "agent");
        send(
                "run-shell-untrusted-64k-truncated",
                "about a DaemonSet's pod",
                recorded("run-shell-untrusted-64k-truncated").about(agent));

        Pod dns = pod("kube-system", "coredns-5dd5756b68-7xk2q", "apps/v1", "ReplicaSet", "coredns-5dd5756b68");
        send(
                "terminal-shell-legacy-2021",
                "about a pod of kube-system",
                recorded("terminal-shell-legacy-2021").about(dns));

        Pod ledger = pod("shop", "ledger-0", "apps/v1", "StatefulSet", "ledger");
        String search = "Search Private Keys or Passwords";
        send(
                SHELL,
                "as if it were of another rule",
                recorded(SHELL).about(ledger).with("rule", search).withHeader("ce-rule", search));

        Pod cache = pod("shop", "cache-0", "apps/v1", "StatefulSet", "cache");
        send(
                SHELL,
                "about the pod that had this one's name before",
                recorded(SHELL).about(cache).withField("container.id", "3ad7b26ded6d"));

        Pod alpine = pod("default", "alpine", "apps/v1", "ReplicaSet", "alpine-1");
        send(
                "terminal-shell-legacy-null-image",
                "as old as it is",
                RecordedAlert.named("terminal-shell-legacy-null-image").about(alpine));
    }

    private void noPodAtAll() {
        send(BINARY, "about a pod that is gone", recorded(BINARY).about("shop", "checkout-6f7d-zzzzz"));
        send("read-sensitive-file-host", "about the host", recorded("read-sensitive-file-host"));

        RecordedAlert whole = recorded(SHELL);
        int half = whole.body().length() / 2;
        alerts.add(SentAlert.of(
                SHELL + ", cut half-way",
                whole.member("uuid"),
                whole.withBody(whole.body().substring(0, half))));
    }

    private RecordedAlert recorded(String name) {
        return RecordedAlert.named(name).at(now);
    }

    /** Each gets a uuid of its own, but for repetitions of one, which have the same text. */
    private void send(String recording, String story, RecordedAlert alert) {
        String uuid =
                UUID.nameUUIDFromBytes((alert.body() + now).getBytes(UTF_8)).toString();
        alerts.add(SentAlert.of(recording + ", " + story, uuid, alert.with("uuid", uuid)));
    }

    private void release(Pod pod) {
        alerts.add(releaseRequest(
                pod.getMetadata().getNamespace(), pod.getMetadata().getName(), now));
    }

    /** Someone asks for a pod to be given back. */
    static SentAlert releaseRequest(String namespace, String pod, Instant now) {
        ObjectNode data = JsonNodeFactory.instance
                .objectNode()
                .put("namespace", namespace)
                .put("pod", pod);
        String id =
                UUID.nameUUIDFromBytes((data.toString() + now).getBytes(UTF_8)).toString();
        CloudEvent event = CloudEventBuilder.v1()
                .withId(id)
                .withSource(URI.create("/play"))
                .withType("falco.response.release-requested.v1")
                .withTime(now.atOffset(ZoneOffset.UTC))
                .withData("application/json", data.toString().getBytes(UTF_8))
                .build();
        return new SentAlert("someone asks for the isolated pod back", id, event);
    }

    /** A pod as a Deployment has it. */
    private Pod deployed(String namespace, String app, String hash, String suffix) {
        Map<String, String> labels = Map.of("app", app, "pod-template-hash", hash);
        ReplicaSet set = client.resource(new ReplicaSetBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(app + "-" + hash)
                        .endMetadata()
                        .withNewSpec()
                        .withReplicas(1)
                        .withNewSelector()
                        .withMatchLabels(labels)
                        .endSelector()
                        .withNewTemplate()
                        .withNewMetadata()
                        .withLabels(labels)
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName(app)
                        .withImage("nginx")
                        .endContainer()
                        .endSpec()
                        .endTemplate()
                        .endSpec()
                        .build())
                .create();
        return TestPods.create(
                client,
                namespace,
                app + "-" + hash + "-" + suffix,
                pod -> TestPods.ownedBy(set)
                        .apply(pod)
                        .editMetadata()
                        .addToLabels(labels)
                        .endMetadata());
    }

    private Pod pod(String namespace, String name, String apiVersion, String ownerKind, String owner) {
        return TestPods.create(client, namespace, name, TestPods.ownedBy(apiVersion, ownerKind, owner));
    }

    private void namespace(String name) {
        try {
            client.resource(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName(name)
                            .endMetadata()
                            .build())
                    .create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != 409) {
                throw e;
            }
        }
    }
}
