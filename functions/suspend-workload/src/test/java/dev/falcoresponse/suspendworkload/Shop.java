package dev.falcoresponse.suspendworkload;

import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.TestWorkloads;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.CronJobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;
import java.util.UUID;

/** Workloads in a namespace, without controllers: their objects and pods are created by hand. */
record Shop(KubernetesClient client, String namespace) {
    private static final Map<String, String> LABELS = Map.of("app", "web");

    private static PodTemplateSpec template() {
        return TestWorkloads.template(LABELS, "web");
    }

    private static PodTemplateSpec oneShot() {
        return new PodTemplateSpecBuilder(template())
                .editSpec()
                .withRestartPolicy("Never")
                .endSpec()
                .build();
    }

    Deployment deployment(String name, int replicas) {
        return client.resource(new DeploymentBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withReplicas(replicas)
                        .withNewSelector()
                        .addToMatchLabels("app", "web")
                        .endSelector()
                        .withTemplate(template())
                        .endSpec()
                        .build())
                .create();
    }

    ReplicaSet replicaSet(String name) {
        return client.resource(replicaSetBuilder(name).build()).create();
    }

    private ReplicaSet replicaSet(Deployment deployment) {
        return client.resource(replicaSetBuilder(deployment.getMetadata().getName() + "-7c5d")
                        .editMetadata()
                        .addToOwnerReferences(TestPods.reference(deployment))
                        .endMetadata()
                        .build())
                .create();
    }

    private ReplicaSetBuilder replicaSetBuilder(String name) {
        return new ReplicaSetBuilder(TestWorkloads.replicaSet(namespace, name, "web", LABELS));
    }

    StatefulSet statefulSet(String name, int replicas) {
        return client.resource(new StatefulSetBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withReplicas(replicas)
                        .withServiceName(name)
                        .withNewSelector()
                        .addToMatchLabels("app", "web")
                        .endSelector()
                        .withTemplate(template())
                        .endSpec()
                        .build())
                .create();
    }

    CronJob cronJob(String name) {
        return client.resource(new CronJobBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withSchedule("0 3 * * *")
                        .withNewJobTemplate()
                        .withNewSpec()
                        .withTemplate(oneShot())
                        .endSpec()
                        .endJobTemplate()
                        .endSpec()
                        .build())
                .create();
    }

    Job job(String name) {
        return client.resource(jobBuilder(name).build()).create();
    }

    Job job(String name, HasMetadata owner) {
        return client.resource(jobBuilder(name)
                        .editMetadata()
                        .addToOwnerReferences(TestPods.reference(owner))
                        .endMetadata()
                        .build())
                .create();
    }

    private JobBuilder jobBuilder(String name) {
        return new JobBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withTemplate(oneShot())
                .endSpec();
    }

    /** A pod of a Deployment. */
    Pod podOf(Deployment deployment) {
        ReplicaSet set = client.apps()
                .replicaSets()
                .inNamespace(namespace)
                .withName(deployment.getMetadata().getName() + "-7c5d")
                .get();
        return pod(set == null ? replicaSet(deployment) : set);
    }

    /** A pod with this controller. */
    Pod pod(HasMetadata controller) {
        return TestPods.create(client, namespace, "web-" + UUID.randomUUID(), TestPods.ownedBy(controller));
    }

    int replicas(Deployment deployment) {
        return client.resource(deployment).get().getSpec().getReplicas();
    }
}
