package dev.falcoresponse.playground;

import dev.falcoresponse.playground.Restrictions.Restricted;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The objects of a cluster that responses change, at one moment.
 *
 * @param objects by uid: pods, nodes, network policies, memories of suspended workloads, requests, restricted identities
 * @param workloads by uid: what can be suspended
 */
record ClusterObjects(Map<String, HasMetadata> objects, Map<String, HasMetadata> workloads) {
    /** The label of a ConfigMap that remembers a suspended workload. */
    private static final String SUSPENDED = "falco-response/suspended";

    static ClusterObjects of(KubernetesClient client) {
        Map<String, HasMetadata> objects = new TreeMap<>();
        Map<String, HasMetadata> workloads = new TreeMap<>();
        read(
                () -> put(objects, client.pods().inAnyNamespace().list().getItems()),
                () -> put(objects, memories(client, SUSPENDED)),
                () -> put(objects, memories(client, Approvals.LABEL)),
                () -> Restrictions.all(client).forEach(each -> objects.put("restriction of " + each, entry(each))),
                () -> put(objects, client.nodes().list().getItems()),
                () -> put(
                        objects,
                        client.network()
                                .v1()
                                .networkPolicies()
                                .inAnyNamespace()
                                .list()
                                .getItems()),
                () -> put(
                        workloads,
                        client.apps().deployments().inAnyNamespace().list().getItems()),
                () -> put(
                        workloads,
                        client.apps().statefulSets().inAnyNamespace().list().getItems()),
                () -> put(
                        workloads,
                        client.batch().v1().cronjobs().inAnyNamespace().list().getItems()),
                () -> put(
                        workloads,
                        client.batch().v1().jobs().inAnyNamespace().list().getItems()));
        return new ClusterObjects(objects, workloads);
    }

    private static List<? extends HasMetadata> memories(KubernetesClient client, String label) {
        return client.configMaps().inAnyNamespace().withLabel(label).list().getItems();
    }

    private static void put(Map<String, HasMetadata> objects, List<? extends HasMetadata> listed) {
        listed.forEach(each -> objects.put(each.getMetadata().getUid(), each));
    }

    /** A user without permission to list them still sees the functions' answers. */
    private static void read(Runnable... reads) {
        for (Runnable read : reads) {
            try {
                read.run();
            } catch (KubernetesClientException e) {
                if (e.getCode() != 403) {
                    throw e;
                }
            }
        }
    }

    /** The entry stands for the restricted identity. */
    private static HasMetadata entry(Restricted restricted) {
        GenericKubernetesResource entry = new GenericKubernetesResource();
        entry.setKind(restricted.kind());
        entry.setMetadata(new ObjectMetaBuilder()
                .withNamespace(restricted.namespace().isEmpty() ? null : restricted.namespace())
                .withName(restricted.name())
                .withUid(restricted.uid())
                .build());
        entry.setAdditionalProperty("rule", restricted.rule());
        entry.setAdditionalProperty("since", restricted.since());
        entry.setAdditionalProperty("expires", restricted.expires());
        return entry;
    }
}
