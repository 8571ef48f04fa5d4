package dev.falcoresponse.isolatenetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.ThisFunction;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.restassured.response.ValidatableResponse;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a person took back with kubectl stays so. */
@NeedsKubeApiServer
class HandUndoIT {
    private KubeAccess access = new KubeAccess("", "", "");
    private Shop shop;
    private Pod pod;
    private RecordedAlert alert;

    @BeforeEach
    void newShop(KubeApiServer server) {
        access = ThisFunction.access(server);
        shop = new Shop(server);
        pod = shop.deployed();
        alert = newAlert();
    }

    private RecordedAlert newAlert() {
        return RecordedAlert.shellIn(pod).with("uuid", UUID.randomUUID().toString());
    }

    private FunctionProcess function(String... cooldown) {
        return ThisFunction.acting(access, cooldown.length == 0 ? Map.of() : Map.of("RESPONSE_COOLDOWN", cooldown[0]));
    }

    private static ValidatableResponse send(FunctionProcess function, RecordedAlert alert) {
        return Send.BINARY.to(function.uri(), alert).then().statusCode(200);
    }

    private static void assertLeftAlone(ValidatableResponse answer) {
        answer.body("outcome", equalTo("skipped"), "reason", equalTo("already-done"))
                .body("details.undoneBy", equalTo("hand"));
    }

    private void removePolicy() {
        shop.client.resource(shop.policyOf(pod).orElseThrow()).delete();
    }

    private void removeLabel() {
        shop.client
                .pods()
                .inNamespace(shop.namespace)
                .withName(pod.getMetadata().getName())
                .edit(each -> new PodBuilder(each)
                        .editMetadata()
                        .removeFromLabels("falco-response/quarantine")
                        .endMetadata()
                        .build());
    }

    @Test
    void aPolicyThatAPersonRemovedDoesNotComeBackForTheSameAlert() {
        try (FunctionProcess function = function("0s")) {
            send(function, alert).body("reason", equalTo("isolated"));
            removePolicy();

            assertLeftAlone(send(function, alert));
            assertThat(shop.policies()).isEmpty();

            send(function, newAlert()).body("reason", equalTo("isolated"));
        }
    }

    @Test
    void norDoesALabelAndAnotherReplicaKnowsItFromTheMarks() {
        try (FunctionProcess function = function("0s")) {
            send(function, alert).body("reason", equalTo("isolated"));
        }
        removeLabel();

        try (FunctionProcess another = function("0s")) {
            assertLeftAlone(send(another, alert));
        }
    }

    @Test
    void withinTheCooldownItDoesNotComeBackForAnyAlert() {
        try (FunctionProcess function = function()) {
            send(function, alert).body("reason", equalTo("isolated"));
            removePolicy();

            assertLeftAlone(send(function, newAlert()));
            assertThat(shop.policies()).isEmpty();
        }
    }
}
