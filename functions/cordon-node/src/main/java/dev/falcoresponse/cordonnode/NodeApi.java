package dev.falcoresponse.cordonnode;

import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.kubernetes.ApiClient;
import dev.falcoresponse.kubernetes.Call;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.kubernetes.Resource;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeList;
import java.util.List;
import java.util.Optional;

/** Reads and changes nodes. */
record NodeApi(ApiClient client, ObjectApi objects) {
    private static final String MARKED = "labelSelector=" + ObjectApi.encoded(NodeMarks.LABEL);

    Optional<Node> find(String name) throws OutcomeException {
        return objects.find(Resource.NODES, "", name, Node.class);
    }

    /** The uids of all nodes to which new pods are scheduled. */
    List<String> schedulableWorkers() throws OutcomeException {
        return objects
                .list(
                        Resource.NODES,
                        "",
                        "",
                        NodeList.class,
                        (Node node) -> NodeMarks.isSchedulableWorker(node) ? NodeMarks.uid(node) : "")
                .stream()
                .filter(uid -> !uid.isEmpty())
                .toList();
    }

    /** The nodes that carry our label with their own uid. Of their status, which is large, nothing is left. */
    List<Node> marked() throws OutcomeException {
        return objects.list(Resource.NODES, "", MARKED, NodeList.class, NodeApi::withoutStatus).stream()
                .filter(NodeMarks::isMarked)
                .toList();
    }

    private static Node withoutStatus(Node node) {
        node.setStatus(null);
        node.getMetadata().setManagedFields(null);
        return node;
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
