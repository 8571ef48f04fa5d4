package dev.falcoresponse.playground;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.TestWorkloads;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/** Recorded alerts with the present time, and the demo objects that they are about. */
final class Scenario {
    private static final String HOST = "read-sensitive-file-host";
    static final String SHELL = "terminal-shell-in-container-pod";
    private static final String BINARY = "drop-and-execute-new-binary";

    static final String AUDIT = "k8saudit-attach-exec-pod";
    private static final String APPROVER = "alice";

    /** How long a request is open while the story is told. */
    static final Duration EXPIRES_AFTER = Duration.ofSeconds(3);

    private final KubernetesClient client;
    private final DemoObjects objects;
    private final Instant now;
    private final List<SentAlert> alerts = new ArrayList<>();

    private Scenario(KubernetesClient client, Instant now) {
        this.client = client;
        this.objects = new DemoObjects(client);
        this.now = now;
    }

    /** Creates the pods and returns the alerts. */
    static List<SentAlert> prepare(KubernetesClient client, Instant now) {
        Scenario scenario = new Scenario(client, now);
        List.of("shop", "monitoring", "kube-system", "default").forEach(scenario.objects::namespace);
        List.of("worker-1", "worker-2", "worker-3").forEach(scenario.objects::node);
        scenario.addAlertsThatDelete();
        scenario.addAlertsThatIsolate();
        scenario.addAlertsAboutANode();
        scenario.addAlertsAboutAWorkload();
        scenario.addAlertsThatPeopleDecide();
        scenario.addAlertsThatChangeNothing();
        scenario.addAlertsWithoutPod();
        // for a story of the page
        TestPods.create(
                client,
                "shop",
                "builder-0",
                pod -> TestPods.ownedBy("apps/v1", "StatefulSet", "builder")
                        .apply(pod)
                        .editSpec()
                        .withNodeName("worker-3")
                        .endSpec());
        return scenario.alerts;
    }

    /** For a user's own cluster, where no pod is created: a shell in one pod of each namespace. */
    static List<SentAlert> alertsAboutExistingPods(KubernetesClient client, Instant now) {
        Scenario scenario = new Scenario(client, now);
        client.pods().inAnyNamespace().list().getItems().stream()
                .filter(pod -> !pod.getStatus().getContainerStatuses().isEmpty())
                .filter(pod -> pod.getStatus().getContainerStatuses().getFirst().getContainerID() != null)
                .collect(Collectors.toMap(
                        pod -> pod.getMetadata().getNamespace(), pod -> pod, (first, _) -> first, TreeMap::new))
                .values()
                .forEach(pod -> scenario.add(
                        SHELL,
                        "about a pod that runs here",
                        scenario.recorded(SHELL).about(pod)));
        scenario.add(HOST, "today", scenario.recorded(HOST));
        return scenario.alerts;
    }

    private void addAlertsThatDelete() {
        Pod web = objects.deployed("shop", "web", "7c5ddbdf54", "x2v8k");
        RecordedAlert shell = recorded(SHELL).about(web);
        add(SHELL, "about a Deployment's pod", shell);
        add(SHELL, "the same alert once more", shell);

        Pod batch = objects.pod("shop", "batch-29188-q7d2x", "batch/v1", "Job", "batch-29188");
        add(
                "write-below-etc-pod",
                "about a Job's pod",
                recorded("write-below-etc-pod").about(batch));
    }

    private void addAlertsThatIsolate() {
        Pod api = objects.deployed("shop", "api", "5d8f7c9b4", "h6t2q");
        RecordedAlert binary = recorded(BINARY).about(api);
        add(BINARY, "about a Deployment's pod", binary);
        add(BINARY, "the same alert once more", binary);
        alerts.add(RequestEvents.undoIsolation("shop", api.getMetadata().getName(), false, now));
        alerts.add(
                RequestEvents.undoRestriction("Pod", "shop", api.getMetadata().getName(), "", false, now));

        Pod legacy = objects.pod("default", "legacy-0", "apps/v1", "StatefulSet", "legacy");
        add(BINARY, "about a StatefulSet's pod", recorded(BINARY).about(legacy));
    }

    private void addAlertsAboutANode() {
        String ptrace = "PTRACE attached to process";
        add(
                HOST,
                "of a rule about nodes",
                recorded(HOST).with("hostname", "worker-1").with("rule", ptrace).withHeader("ce-rule", ptrace));
        alerts.add(RequestEvents.undoCordon("worker-1", false, now));
    }

    private void addAlertsAboutAWorkload() {
        StatefulSet queue =
                client.resource(TestWorkloads.statefulSet("shop", "queue")).create();
        Pod pod = TestPods.create(client, "shop", "queue-0", TestPods.ownedBy(queue));
        String disallowed = "Launch Disallowed Container";
        add(
                SHELL,
                "of a rule about images, in a StatefulSet's pod",
                recorded(SHELL).about(pod).with("rule", disallowed).withHeader("ce-rule", disallowed));
        alerts.add(RequestEvents.undoSuspension("StatefulSet", "shop", "queue", false, now));
    }

    /** One is approved, one refused, and one is decided by nobody. */
    private void addAlertsThatPeopleDecide() {
        Approvals.allow(client, APPROVER);
        for (String user : List.of("carol", "dave", "erin")) {
            String rule = "port-forward";
            add(
                    AUDIT,
                    "of another rule, about " + user,
                    recorded(AUDIT)
                            .withField("ka.user.name", user)
                            .with("rule", rule)
                            .withHeader("ce-rule", rule));
        }
        alerts.add(RequestEvents.tick(now)
                .after(
                        APPROVER
                                + " has approved the first, refused the second, and nobody has decided the third in time",
                        () -> {
                            Approvals.decide(client, APPROVER, "carol", true);
                            Approvals.decide(client, APPROVER, "dave", false);
                            Approvals.awaitExpiry(client, "erin", EXPIRES_AFTER.plusSeconds(30));
                        }));
    }

    private void addAlertsThatChangeNothing() {
        Pod exempt = TestPods.create(
                client,
                "shop",
                "till-0",
                pod -> pod.editMetadata()
                        .addToLabels("falco-response/exempt", "true")
                        .endMetadata());
        add(
                "customfields-templatedfields-extensions",
                "about a pod that is exempt",
                recorded("customfields-templatedfields-extensions").about(exempt));

        Pod agent = objects.pod("monitoring", "agent-8k2lp", "apps/v1", "DaemonSet", "agent");
        add(
                "run-shell-untrusted-64k-truncated",
                "about a DaemonSet's pod",
                recorded("run-shell-untrusted-64k-truncated").about(agent));

        Pod dns = objects.pod("kube-system", "coredns-5dd5756b68-7xk2q", "apps/v1", "ReplicaSet", "coredns-5dd5756b68");
        add(
                "terminal-shell-legacy-2021",
                "about a pod of kube-system",
                recorded("terminal-shell-legacy-2021").about(dns));

        Pod ledger = objects.pod("shop", "ledger-0", "apps/v1", "StatefulSet", "ledger");
        String search = "Search Private Keys or Passwords";
        add(
                SHELL,
                "with the name of another rule",
                recorded(SHELL).about(ledger).with("rule", search).withHeader("ce-rule", search));

        Pod cache = objects.pod("shop", "cache-0", "apps/v1", "StatefulSet", "cache");
        add(
                SHELL,
                "about an earlier pod of the same name",
                RecordedAlert.named(SHELL)
                        .at(now.minusSeconds(30))
                        .about(cache)
                        .withField("container.id", "3ad7b26ded6d"));

        Pod alpine = objects.pod("default", "alpine", "apps/v1", "ReplicaSet", "alpine-1");
        add(
                "terminal-shell-legacy-null-image",
                "with its original time",
                RecordedAlert.named("terminal-shell-legacy-null-image").about(alpine));
    }

    private void addAlertsWithoutPod() {
        add(BINARY, "about a pod that no longer exists", recorded(BINARY).about("shop", "checkout-6f7d-zzzzz"));
        add(HOST, "about the host", recorded(HOST));

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

    /** Adds an alert; its uuid depends on its text, so that an alert that is sent twice keeps its uuid. */
    private void add(String recording, String description, RecordedAlert alert) {
        String uuid =
                UUID.nameUUIDFromBytes((alert.body() + now).getBytes(UTF_8)).toString();
        alerts.add(SentAlert.of(recording + ", " + description, uuid, alert.with("uuid", uuid)));
    }
}
