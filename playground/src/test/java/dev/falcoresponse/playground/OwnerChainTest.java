package dev.falcoresponse.playground;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.playground.cluster.Cluster;
import dev.falcoresponse.playground.cluster.EmbeddedCluster;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import org.junit.jupiter.api.Test;

/** The owners of a pod are followed up to its workload. */
final class OwnerChainTest {
    @Test
    void aReplicaSetLeadsToItsDeployment() {
        try (Cluster cluster = EmbeddedCluster.start()) {
            cluster.client()
                    .resource(new ReplicaSetBuilder()
                            .withNewMetadata()
                            .withNamespace("shop")
                            .withName("web-1")
                            .addNewOwnerReference()
                            .withApiVersion("apps/v1")
                            .withKind("Deployment")
                            .withName("web")
                            .withUid("1")
                            .withController(true)
                            .endOwnerReference()
                            .endMetadata()
                            .build())
                    .create();

            assertThat(OwnerChain.of(cluster.client(), "shop", "ReplicaSet/web-1")
                            .toString())
                    .isEqualTo("[\"ReplicaSet/web-1\",\"Deployment/web\"]");
            assertThat(OwnerChain.of(cluster.client(), "shop", "ReplicaSet/gone")
                            .toString())
                    .isEqualTo("[\"ReplicaSet/gone\"]");
            assertThat(OwnerChain.of(cluster.client(), "shop", "")).isEmpty();
        }
    }
}
