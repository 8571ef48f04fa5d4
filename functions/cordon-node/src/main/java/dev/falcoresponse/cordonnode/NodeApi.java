package dev.falcoresponse.cordonnode;

import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.kubernetes.ApiClient;
import dev.falcoresponse.kubernetes.Call;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.kubernetes.Resource;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeList;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads and changes nodes. */
record NodeApi(ApiClient client, ObjectApi objects) {
    private static final String MERGE_PATCH = "application/merge-patch+json";
    private static final String PAGE = "?limit=500";
    private static final String MARKED = PAGE + "&labelSelector=" + encoded(NodeMarks.LABEL);

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    Optional<Node> find(String name) throws OutcomeException {
        return objects.find(Resource.NODES, "", name, Node.class);
    }

    /** All nodes, in pages. */
    List<Node> all() throws OutcomeException {
        return list(PAGE);
    }

    /** The nodes that carry our label with their own uid. */
    List<Node> marked() throws OutcomeException {
        return list(MARKED).stream().filter(NodeMarks::isMarked).toList();
    }

    private List<Node> list(String query) throws OutcomeException {
        List<Node> nodes = new ArrayList<>();
        String next = "";
        do {
            String more = next.isEmpty() ? query : query + "&continue=" + encoded(next);
            NodeList page = objects.list(Resource.NODES, "", more, NodeList.class);
            nodes.addAll(page.getItems());
            next = Optional.ofNullable(page.getMetadata().getContinue()).orElse("");
        } while (!next.isEmpty());
        return nodes;
    }

    /**
     * Changes the node as it was read.
     *
     * @return the node after the change, or as it would be
     * @throws OutcomeException as skipped when it was replaced, as failed/conflict when it was changed after it was read, as
     *     failed otherwise
     */
    Node patch(Node node, NodePatch patch, Run run) throws OutcomeException {
        String query = "?fieldValidation=Strict" + (run == Run.DRY ? "&dryRun=All" : "");
        Call call = Call.on(Resource.NODES, "PATCH", "patch", "", NodeMarks.name(node), query);
        try {
            return client.exchange(call, MERGE_PATCH, patch.body(), Node.class);
        } catch (OutcomeException e) {
            // the server refuses another uid as an invalid change of it
            if (e.outcome().reason().equals(Reason.REFUSED_BY_ADMISSION) && isReplaced(node)) {
                throw new OutcomeException(new Skipped(
                        Reason.REPLACED, "Node " + NodeMarks.name(node) + " was replaced by another of its name"));
            }
            throw e;
        }
    }

    private boolean isReplaced(Node node) throws OutcomeException {
        return find(NodeMarks.name(node))
                .filter(now -> NodeMarks.uid(now).equals(NodeMarks.uid(node)))
                .isEmpty();
    }
}
