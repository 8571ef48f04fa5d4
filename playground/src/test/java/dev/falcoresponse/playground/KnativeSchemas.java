package dev.falcoresponse.playground;

import dev.falcoresponse.testing.Waiting;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;

/** Knative's own schemas, for an API server without Knative. */
final class KnativeSchemas {
    private static final List<String> NAMES = List.of(
            "knative-service",
            "knative-broker",
            "knative-trigger",
            "knative-eventtype",
            "knative-kafkasource",
            "knative-pingsource",
            "knative-sinkbinding",
            "pod-monitor");

    private KnativeSchemas() {}

    /** Waits until the server knows each kind. */
    static void install(KubernetesClient client) throws IOException {
        for (String name : NAMES) {
            try (InputStream stream = KnativeSchemas.class.getResourceAsStream("/crds/" + name + ".yaml")) {
                CustomResourceDefinition schema = client.apiextensions()
                        .v1()
                        .customResourceDefinitions()
                        .load(stream)
                        .item();
                // there is no conversion webhook here
                schema.getSpec().setConversion(null);
                client.resource(schema).create();
                String kind = schema.getSpec().getNames().getKind();
                schema.getSpec()
                        .getVersions()
                        .forEach(version -> Waiting.until(
                                kind,
                                Duration.ofSeconds(30),
                                () -> client.supports(schema.getSpec().getGroup() + "/" + version.getName(), kind)));
            }
        }
    }
}
