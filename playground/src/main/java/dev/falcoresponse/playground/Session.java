package dev.falcoresponse.playground;

import static dev.falcoresponse.playground.PageContent.required;
import static dev.falcoresponse.playground.PageContent.requiredName;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falcoresponse.playground.broker.EventTrace;
import dev.falcoresponse.playground.broker.RuleBook;
import dev.falcoresponse.playground.cluster.Cluster;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A cluster, the functions that act in it, the history of what was sent to them, and what the page's buttons do. */
final class Session implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Cluster cluster;
    private final boolean mayAct;
    private final PageContent content;
    private final History history = new History();
    private final PageUpdates updates = new PageUpdates();
    private final RunningFunctions running;
    private final AlertSender sender;
    /** For processes that are started beside the functions. */
    private final Semaphore oneAtATime = new Semaphore(1);

    /**
     * Starts the functions.
     *
     * @param mayAct whether the page may switch from preview to acting
     * @param first more settings until the functions are restarted
     */
    Session(
            Path home,
            RuleBook rules,
            Cluster cluster,
            boolean acts,
            boolean mayAct,
            Map<String, String> first,
            Consumer<String> progress) {
        this.cluster = cluster;
        this.mayAct = mayAct;
        Consumer<String> told = text -> {
            progress.accept(text);
            updates.publish("progress " + text);
        };
        this.content = new PageContent(home, rules, cluster);
        this.running = new RunningFunctions(home, rules, cluster, acts, first, told);
        this.sender = new AlertSender(cluster, running, history, updates, told);
    }

    /** The notifications that were sent to Falcosidekick, in order. */
    List<JsonNode> notifications() {
        return running.functions().notifications();
    }

    PageContent content() {
        return content;
    }

    PageUpdates updates() {
        return updates;
    }

    History history() {
        return history;
    }

    /** Sends one alert and adds the result to history and report. */
    EventTrace send(SentAlert alert, Report report) {
        return sender.send(alert, report, running.generation()).trace();
    }

    /** Notifies open pages when cluster or functions change, until the thread is interrupted. */
    void watch() {
        String before = "";
        int ended = 0;
        try {
            while (true) {
                TimeUnit.SECONDS.sleep(cluster.contextName().isEmpty() ? 1 : 5);
                if (updates.hasSubscriptions()) {
                    String now = describeCluster();
                    if (!now.equals(before)) {
                        updates.publish("cluster");
                    }
                    before = now;
                    if (running.functions().endedCount() != ended) {
                        ended = running.functions().endedCount();
                        updates.publish("state");
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ignores an unavailable cluster: the page reports it when it loads the cluster itself. */
    private String describeCluster() {
        try {
            return content.cluster().toString();
        } catch (KubernetesClientException e) {
            return "";
        }
    }

    ObjectNode state() {
        return JSON.createObjectNode()
                .put("cluster", cluster.description())
                .put("acts", running.acts())
                .put("mayAct", mayAct)
                .put("ended", running.endedCount())
                .put("confirm", cluster.contextName());
    }

    JsonNode settings() {
        return SettingsView.of(running.functions());
    }

    JsonNode trySetting(JsonNode request) {
        return alone(() -> SettingsView.trySetting(running.functions(), request));
    }

    /** What another function would answer to the alerts of a rule; nothing is changed, even while the functions act. */
    JsonNode whatIf(JsonNode request) {
        List<SentAlert> alerts = Stream.concat(
                        content.alertsOf(request),
                        history.alertsOf(required(request, "rule")).stream()
                                .map(alert -> Falcosidekick.at(alert, Instant.now())))
                .toList();
        return alone(() -> WhatIf.ask(running.functions(), request, alerts));
    }

    private JsonNode alone(Supplier<JsonNode> task) {
        if (!oneAtATime.tryAcquire()) {
            throw new IllegalArgumentException("Another process is being tried; try again when it has ended");
        }
        try {
            return task.get();
        } finally {
            oneAtATime.release();
        }
    }

    AlertBatch send(JsonNode request) {
        return sender.sendAll(AlertBatch.read(request));
    }

    /** Releases a pod, uncordons a node, resumes a workload or frees an identity; while the functions only preview, so does this. */
    JsonNode release(JsonNode request) {
        int expectedGeneration = running.generation();
        boolean preview = !running.acts();
        return sender.send(UndoButton.read(request, preview), Report.NONE, expectedGeneration)
                .entry();
    }

    /** Decides a request as the user of the kubeconfig, and lets the clock hand the decision on. */
    JsonNode decide(JsonNode request) {
        boolean approve = request.path("approve").asBoolean();
        String name = requiredName(request, "name");
        running.whileActing(() -> {
            Approvals.decide(cluster.client(), name, approve);
            return "";
        });
        return sender.send(RequestEvents.tick(Instant.now()), Report.NONE, running.generation())
                .entry();
    }

    /** Restarts the functions with the settings of their manifests. */
    void startAnew() {
        running.startAnew();
    }

    /** Adds or removes the label that protects a pod. */
    JsonNode exempt(JsonNode request) {
        return running.whileActing(() -> label(request, request.path("exempt").asBoolean()));
    }

    private JsonNode label(JsonNode request, boolean exempt) {
        cluster.client()
                .pods()
                .inNamespace(requiredName(request, "namespace"))
                .withName(requiredName(request, "pod"))
                .edit(pod -> {
                    if (exempt) {
                        pod.getMetadata().getLabels().put("falco-response/exempt", "true");
                    } else {
                        pod.getMetadata().getLabels().remove("falco-response/exempt");
                    }
                    return pod;
                });
        updates.publish("cluster");
        return JSON.createObjectNode();
    }

    /** Switches between acting and preview. */
    JsonNode mode(JsonNode request) {
        boolean act = request.path("act").asBoolean();
        if (act && !mayAct) {
            throw new IllegalArgumentException("Acting in your own cluster needs --act when ./play is started");
        }
        String context = cluster.contextName();
        if (act && !context.isEmpty() && !request.path("confirm").asText().equals(context)) {
            throw new IllegalArgumentException("To act, confirm with the name " + context);
        }
        setActing(act);
        return state();
    }

    /** Switches to preview. */
    void preview() {
        setActing(false);
    }

    private void setActing(boolean act) {
        try {
            running.setActing(act);
        } finally {
            updates.publish("state");
        }
    }

    @Override
    public void close() {
        sender.close();
        running.close();
    }
}
