package dev.falcoresponse.playground;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falcoresponse.playground.broker.Manifests;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds Triggers that no Broker beside them feeds: they are accepted, and no event ever reaches their function. */
final class UnfedTriggers {
    private UnfedTriggers() {}

    /** The Triggers of these manifests without a Broker of the named name in their namespace, as namespace and name. */
    static List<String> in(String manifests) throws IOException {
        List<JsonNode> objects = Manifests.parse(manifests);
        Set<String> brokers = objects.stream()
                .filter(each -> each.path("kind").asText().equals("Broker"))
                .map(each -> namespace(each) + "/" + each.at("/metadata/name").asText())
                .collect(Collectors.toSet());
        return objects.stream()
                .filter(each -> each.path("kind").asText().equals("Trigger"))
                .filter(each -> !brokers.contains(
                        namespace(each) + "/" + each.at("/spec/broker").asText()))
                .map(each -> namespace(each) + "/" + each.at("/metadata/name").asText())
                .toList();
    }

    private static String namespace(JsonNode object) {
        return object.at("/metadata/namespace").asText();
    }
}
