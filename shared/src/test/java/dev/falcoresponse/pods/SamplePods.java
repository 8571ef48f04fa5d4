package dev.falcoresponse.pods;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;

/** Pods of the tests. */
public final class SamplePods {
    /** The start of the id of its container, as Falco gives it. */
    public static final String CONTAINER_ID = "9f3c1d2e4b5a";

    private SamplePods() {}

    /** Pod shop/web-0 of a StatefulSet, an hour older than the sample alert. */
    public static PodBuilder web0() {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName("web-0")
                .withUid("5d0a")
                .withResourceVersion("7")
                .withCreationTimestamp("2026-11-26T06:00:00Z")
                .addNewOwnerReference()
                .withKind("StatefulSet")
                .withName("web")
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .withNewSpec()
                .withNodeName("worker-7")
                .endSpec()
                .withNewStatus()
                .addToContainerStatuses(running(id(CONTAINER_ID)))
                .endStatus();
    }

    static Pod createdAt(String time) {
        return web0().editMetadata().withCreationTimestamp(time).endMetadata().build();
    }

    static ContainerStatus running(String id) {
        return new ContainerStatusBuilder().withName("app").withContainerID(id).build();
    }

    /** A whole container id, as the kubelet reports it. */
    static String id(String start) {
        return "containerd://" + start + "0".repeat(64 - start.length());
    }
}
