package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.kubernetes.ApiException;
import dev.falcoresponse.kubernetes.ApiServer;
import dev.falcoresponse.kubernetes.Resource;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ReplicationController;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Who controls a pod, and what that controller does when the pod loses the labels by which it is known. */
enum Owner {
    REPLICA_SET("apps/v1", "ReplicaSet", "starts a replacement") {
        @Override
        Optional<LabelSelector> selector(ApiServer api, String namespace, String name) throws ApiException {
            return api.find(REPLICA_SETS, namespace, name, ReplicaSet.class)
                    .map(each -> each.getSpec().getSelector());
        }
    },
    DAEMON_SET("apps/v1", "DaemonSet", "starts a replacement on the same node") {
        @Override
        Optional<LabelSelector> selector(ApiServer api, String namespace, String name) throws ApiException {
            return api.find(DAEMON_SETS, namespace, name, DaemonSet.class)
                    .map(each -> each.getSpec().getSelector());
        }
    },
    REPLICATION_CONTROLLER("v1", "ReplicationController", "starts a replacement") {
        @Override
        Optional<LabelSelector> selector(ApiServer api, String namespace, String name) throws ApiException {
            return api.find(REPLICATION_CONTROLLERS, namespace, name, ReplicationController.class)
                    .map(each -> new LabelSelector(List.of(), each.getSpec().getSelector()));
        }
    },
    JOB("batch/v1", "Job", "starts another pod and does not count this one any more") {
        @Override
        Optional<LabelSelector> selector(ApiServer api, String namespace, String name) throws ApiException {
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

    /** The labels by which it knows its pods; empty when it is gone. */
    abstract Optional<LabelSelector> selector(ApiServer api, String namespace, String name) throws ApiException;

    /** What it does about a pod that it has lost. */
    String consequence() {
        return consequence;
    }

    /** The reference of a pod to what controls it. */
    static Optional<OwnerReference> referenceOf(Pod pod) {
        return pod.getMetadata().getOwnerReferences().stream()
                .filter(each -> Boolean.TRUE.equals(each.getController()))
                .findFirst();
    }

    /** All kinds that are looked up. */
    static Stream<Resource> resources() {
        return Stream.of(REPLICA_SETS, DAEMON_SETS, REPLICATION_CONTROLLERS, JOBS);
    }

    /** Kind and name, as the record writes them. */
    static String text(OwnerReference reference) {
        return reference.getKind() + "/" + reference.getName();
    }

    /** Which of those that can lose a pod without harm; empty for any other, which would stall on its pod's name. */
    static Optional<Owner> of(OwnerReference reference) {
        return List.of(values()).stream()
                .filter(each ->
                        each.kind.equals(reference.getKind()) && each.apiVersion.equals(reference.getApiVersion()))
                .findFirst();
    }
}
