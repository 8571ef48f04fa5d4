package dev.falcoresponse.restrictaccess;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.KubeBinaries;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.ThisFunction;
import dev.falcoresponse.testing.Waiting;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A class of its own, which runs beside the others: it waits for an API server of its own. */
@NeedsKubeApiServer
class RestartIT {
    @Test
    void afterARestartOfTheApiServerItIsSaidOnlyOnceItIsTrue() {
        try (KubeApiServer own =
                KubeApiServer.start(KubeBinaries.find(System.getenv()).orElseThrow())) {
            KubernetesClient admin = own.client();
            String shop = own.newNamespace();
            Caller.createAccount(admin, shop);
            KubeAccess there = ThisFunction.access(own);
            try (FunctionProcess uninstalled = ThisFunction.acting(there, Map.of())) {
                uninstalled.awaitNotReady("CustomResourceDefinition is not installed");
            }
            RestrictAccessIT.install(admin);
            try (FunctionProcess receiver = ThisFunction.acting(there, Map.of())) {
                for (String name : List.of("before", "after-1", "after-2")) {
                    Pod pod = TestPods.create(
                            admin,
                            shop,
                            name,
                            each -> each.editSpec()
                                    .withServiceAccountName("app")
                                    .endSpec());
                    RecordedAlert alert = RecordedAlert.shellIn(pod)
                            .with("uuid", UUID.randomUUID().toString());
                    try (Caller caller = Caller.pod(own, pod)) {
                        Waiting.until(
                                "the restriction",
                                Duration.ofSeconds(60),
                                () -> Send.BINARY
                                        .to(receiver.uri(), alert)
                                        .jsonPath()
                                        .getString("outcome")
                                        .equals("acted"));
                        caller.isRefused("DELETE", "/api/v1/namespaces/" + shop + "/pods/" + name, null);
                    }
                    own.restart();
                }
            }
        }
    }
}
