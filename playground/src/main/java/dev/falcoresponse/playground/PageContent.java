package dev.falcoresponse.playground;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falcoresponse.playground.broker.RuleBook;
import dev.falcoresponse.playground.cluster.Cluster;
import dev.falcoresponse.testing.RecordedAlert;
import io.cloudevents.CloudEvent;
import io.fabric8.kubernetes.api.model.Pod;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the page shows of files, recordings and the cluster. */
final class PageContent {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9.-]*[a-z0-9])?");

    private final Path home;
    private final RuleBook rules;
    private final Cluster cluster;

    PageContent(Path home, RuleBook rules, Cluster cluster) {
        this.home = home;
        this.rules = rules;
        this.cluster = cluster;
    }

    JsonNode rules() {
        return RuleTable.read(home.resolve("knative"), rules);
    }

    JsonNode recorded() {
        ArrayNode all = JSON.createArrayNode();
        for (String name : RecordedAlert.names()) {
            RecordedAlert alert = RecordedAlert.named(name);
            CloudEvent event = SentAlert.of("", "", alert).event();
            ObjectNode each = all.addObject().put("name", name);
            ArrayNode actions = each.putArray("actions");
            rules.matching(event).forEach(trigger -> actions.add(trigger.subscriber()));
        }
        return all;
    }

    /** A recorded alert with the present time; if the request names a pod, the alert is about it. */
    JsonNode compose(JsonNode request) {
        try {
            return JSON.createObjectNode()
                    .put(
                            "text",
                            JSON.readTree(aimed(required(request, "name"), request)
                                            .body())
                                    .toPrettyString());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The recorded alerts of a rule; for a rule without any, one of another rule that is given this rule's name. */
    Stream<SentAlert> alertsOf(JsonNode request) {
        String rule = required(request, "rule");
        List<String> recorded = RecordedAlert.names().stream()
                .filter(name -> RecordedAlert.named(name).member("rule").equals(rule))
                .toList();
        if (recorded.isEmpty()) {
            String other = RuleTable.isAudit(home.resolve("knative"), rule) ? Scenario.AUDIT : Scenario.SHELL;
            return Stream.of(sent(
                    other + ", with the name of this rule",
                    aimed(other, request).with("rule", rule).withHeader("ce-rule", rule)));
        }
        return recorded.stream().map(name -> sent(name, isAboutPod(name) ? aimed(name, request) : present(name)));
    }

    private static SentAlert sent(String from, RecordedAlert alert) {
        return SentAlert.of(from, alert.member("uuid"), alert);
    }

    private static boolean isAboutPod(String name) {
        return !SentAlert.of("", "", RecordedAlert.named(name)).namespace().isEmpty();
    }

    private static RecordedAlert present(String name) {
        return RecordedAlert.named(name)
                .at(Instant.now())
                .with("uuid", UUID.randomUUID().toString());
    }

    private RecordedAlert aimed(String name, JsonNode request) {
        RecordedAlert alert = present(name);
        if (request.path("pod").asText().isEmpty()) {
            return alert;
        }
        Pod found = cluster.client()
                .pods()
                .inNamespace(requiredName(request, "namespace"))
                .withName(requiredName(request, "pod"))
                .get();
        if (found == null) {
            throw new IllegalArgumentException("The pod no longer exists");
        }
        return alert.about(found);
    }

    /** The owners of an object, nearest first. */
    JsonNode owners(String namespace, String owner) {
        return OwnerChain.of(cluster.client(), namespace, owner);
    }

    JsonNode evidence(String location) {
        return Snapshots.read(home.resolve("target").resolve("evidence"), location);
    }

    JsonNode cluster() {
        return ClusterView.of(cluster.client());
    }

    /** A name that is part of a path. */
    static String requiredName(JsonNode request, String name) {
        String text = required(request, name);
        if (!NAME.matcher(text).matches()) {
            throw new IllegalArgumentException(name + " is no name of a Kubernetes object");
        }
        return text;
    }

    static String required(JsonNode request, String name) {
        String text = request.path(name).asText();
        if (text.isBlank()) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return text;
    }
}
