package dev.falcoresponse.cordonnode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.Waiting;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A class of its own, because it waits for a minute. */
@NeedsKubeApiServer
class LeftSlotIT extends CordonedNodes {
    LeftSlotIT(KubeApiServer server) {
        super(server);
    }

    /** Killed between slot and change: the slot names a node that is not cordoned, and blocks others for a minute at most. */
    @Test
    void aSlotThatWasLeftBehindIsFreed() {
        for (int i = 1; i <= MAX; i++) {
            sendAndKill(alert("worker-" + i), call -> call.method().equals("PATCH"), 1);
        }
        assertThat(slots()).containsExactlyInAnyOrder("worker-1", "worker-2");

        try (FunctionProcess another = function(access)) {
            Send.BINARY.to(another.uri(), alert("worker-3")).then().body("reason", equalTo("budget"));
            Waiting.until(
                    "the slots to be free",
                    Duration.ofSeconds(90),
                    () -> Send.BINARY
                            .to(another.uri(), alert("worker-3"))
                            .path("reason")
                            .equals("cordoned"));
        }
        assertThat(slots()).contains("worker-3");
    }
}
