package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.kubernetes.Resource;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.ReplicationController;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Controllers of pods, and what each does when a pod loses the labels by which it is selected. */
enum Owner {
    REPLICA_SET("apps/v1", "ReplicaSet", "starts a replacement") {
        @Override
        Optional<LabelSelector> selector(ObjectApi api, String namespace, String name) throws OutcomeException {
            return api.find(REPLICA_SETS, namespace, name, ReplicaSet.class)
                    .map(each -> each.getSpec().getSelector());
        }
    },
    DAEMON_SET("apps/v1", "DaemonSet", "starts a replacement on the same node") {
        @Override
        Optional<LabelSelector> selector(ObjectApi api, String namespace, String name) throws OutcomeException {
            return api.find(DAEMON_SETS, namespace, name, DaemonSet.class)
                    .map(each -> each.getSpec().getSelector());
        }
    },
    REPLICATION_CONTROLLER("v1", "ReplicationController", "starts a replacement") {
        @Override
        Optional<LabelSelector> selector(ObjectApi api, String namespace, String name) throws OutcomeException {
            return api.find(REPLICATION_CONTROLLERS, namespace, name, ReplicationController.class)
                    .map(each -> new LabelSelector(List.of(), each.getSpec().getSelector()));
        }
    },
    JOB("batch/v1", "Job", "starts another pod and no longer counts this one") {
        @Override
        Optional<LabelSelector> selector(ObjectApi api, String namespace, String name) throws OutcomeException {
            return api.find(JOBS, namespace, name, Job.class)
                    .map(each -> each.getSpec().getSelector());
        }
    };

    static final Resource REPLICA_SETS = Resource.namespaced("apps", "v1", "replicasets");
    static final Resource DAEMON_SETS = Resource.namespaced("apps", "v1", "daemonsets");
    static final Resource REPLICATION_CONTROLLERS = Resource.namespaced("", "v1", "replicationcontrollers");
    static final Resource JOBS = Resource.namespaced("batch", "v1", "jobs");

    private final String apiVersion;
    private final String kind;
    private final String consequence;

    Owner(String apiVersion, String kind, String consequence) {
        this.apiVersion = apiVersion;
        this.kind = kind;
        this.consequence = consequence;
    }

    /** The selector of the controller; empty when it is gone. */
    abstract Optional<LabelSelector> selector(ObjectApi api, String namespace, String name) throws OutcomeException;

    /** What it does when a pod no longer matches, as the rest of a sentence. */
    String consequence() {
        return consequence;
    }

    /** The resources of all these kinds. */
    static Stream<Resource> resources() {
        return Stream.of(REPLICA_SETS, DAEMON_SETS, REPLICATION_CONTROLLERS, JOBS);
    }

    /** Kind and name, as the record writes them. */
    static String text(OwnerReference reference) {
        return reference.getKind() + "/" + reference.getName();
    }

    /** The kind of a reference; empty for others, which cannot replace a pod while its name is taken. */
    static Optional<Owner> of(OwnerReference reference) {
        return List.of(values()).stream()
                .filter(each ->
                        each.kind.equals(reference.getKind()) && each.apiVersion.equals(reference.getApiVersion()))
                .findFirst();
    }
}
