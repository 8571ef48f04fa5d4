package dev.falcoresponse.cordonnode;

import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.kubernetes.ApiClient;
import dev.falcoresponse.kubernetes.Call;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.kubernetes.Resource;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads and changes nodes. */
record NodeApi(ApiClient client, ObjectApi objects) {
    private static final String MARKED = "labelSelector=" + ObjectApi.encoded(NodeMarks.LABEL);

    Optional<Node> find(String name) throws OutcomeException {
        return objects.find(Resource.NODES, "", name, Node.class);
    }

    /** All nodes, in pages. */
    List<Node> all() throws OutcomeException {
        return list("");
    }

    /** The nodes that carry our label with their own uid. */
    List<Node> marked() throws OutcomeException {
        return list(MARKED).stream().filter(NodeMarks::isMarked).toList();
    }

    private List<Node> list(String selection) throws OutcomeException {
        List<Node> nodes = new ArrayList<>();
        objects.listInPages(Resource.NODES, "", selection, NodeList.class, page -> nodes.addAll(page.getItems()));
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
        Call call = Call.on(Resource.NODES, "PATCH", "patch", "", NodeMarks.name(node), Call.strictly(run));
        return client.exchange(call, ApiClient.MERGE_PATCH, patch.body(), Node.class);
    }
}
