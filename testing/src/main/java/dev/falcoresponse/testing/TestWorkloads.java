package dev.falcoresponse.testing;

import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import java.util.Map;

/** Workloads, whose pods are created by hand where no controllers run. */
public final class TestWorkloads {
    private TestWorkloads() {}

    /** A StatefulSet that wants two pods. */
    public static StatefulSet statefulSet(String namespace, String name) {
        return new StatefulSetBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withReplicas(2)
                .withServiceName(name)
                .withNewSelector()
                .addToMatchLabels("app", name)
                .endSelector()
                .withTemplate(template(Map.of("app", name), name))
                .endSpec()
                .build();
    }

    /** A ReplicaSet that wants one pod, whose container has the name of the app. */
    public static ReplicaSet replicaSet(String namespace, String name, String app, Map<String, String> labels) {
        return new ReplicaSetBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withReplicas(1)
                .withNewSelector()
                .withMatchLabels(labels)
                .endSelector()
                .withTemplate(template(labels, app))
                .endSpec()
                .build();
    }

    /** Pods with one container. */
    public static PodTemplateSpec template(Map<String, String> labels, String container) {
        return new PodTemplateSpecBuilder()
                .withNewMetadata()
                .withLabels(labels)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName(container)
                .withImage("nginx")
                .endContainer()
                .endSpec()
                .build();
    }
}
