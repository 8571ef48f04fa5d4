package dev.falcoresponse.playground;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** A Trigger needs its Broker beside it. */
final class UnfedTriggersTest {
    private static final String BROKER = """
            kind: Broker
            metadata: {name: default, namespace: falco-response}
            """;

    private static String trigger(String metadata, String broker) {
        return BROKER + """
                ---
                kind: Trigger
                metadata: {name: shell%s}
                spec: {broker: %s}
                """.formatted(metadata, broker);
    }

    @Test
    void aTriggerBesideItsBrokerIsFed() throws IOException {
        assertThat(UnfedTriggers.in(trigger(", namespace: falco-response", "default")))
                .isEmpty();
    }

    @Test
    void aTriggerWithoutNamespaceIsNot() throws IOException {
        assertThat(UnfedTriggers.in(trigger("", "default"))).containsExactly("/shell");
    }

    @Test
    void aTriggerOfAnotherBrokerIsNot() throws IOException {
        assertThat(UnfedTriggers.in(trigger(", namespace: falco-response", "other")))
                .containsExactly("falco-response/shell");
    }
}
