package dev.falcoresponse.caller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.junit.jupiter.api.Test;

/** How long the issuer's keys count, and how often it is asked for them. */
class IssuerKeysTest {
    private Instant now = Instant.parse("2026-11-25T03:00:00Z");
    private boolean fails;
    private int asked;
    private final IssuerKeys keys = new IssuerKeys(this::answer, () -> now);

    private JwtConsumer answer() throws IOException {
        asked++;
        if (fails) {
            throw new IOException("gone");
        }
        return new JwtConsumerBuilder().setSkipSignatureVerification().build();
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    @Test
    void theyAreAskedForAgainAfterFiveMinutes() throws IOException {
        keys.current();
        pass(Duration.ofMinutes(4));
        keys.current();
        assertThat(asked).isEqualTo(1);
        pass(Duration.ofMinutes(2));
        keys.current();
        assertThat(asked).isEqualTo(2);
    }

    @Test
    void whileTheIssuerFailsTheyCountForAnHourAndItIsAskedEveryTenSeconds() throws IOException {
        IssuerKeys.Known before = keys.current();
        fails = true;
        pass(Duration.ofMinutes(6));
        for (int i = 0; i < 100; i++) {
            assertThat(keys.current()).isEqualTo(before);
        }
        assertThat(asked).isEqualTo(2);
        pass(Duration.ofSeconds(11));
        keys.current();
        assertThat(asked).isEqualTo(3);

        pass(Duration.ofMinutes(55));
        assertThatThrownBy(keys::current).isInstanceOf(IOException.class).hasMessageContaining("gone");

        fails = false;
        pass(Duration.ofSeconds(11));
        assertThat(keys.current()).isNotEqualTo(before);
    }

    @Test
    void anUnknownKeyIsNoReasonToAskMoreOften() throws IOException {
        IssuerKeys.Known known = keys.current();
        for (int i = 0; i < 100; i++) {
            assertThat(keys.renewed(known)).isEqualTo(known);
        }
        assertThat(asked).isEqualTo(1);
        pass(Duration.ofSeconds(11));
        assertThat(keys.renewed(known)).isNotEqualTo(known);
        assertThat(asked).isEqualTo(2);
    }

    @Test
    void withoutAnyTheIssuerIsTriedAgainEverySecond() throws IOException {
        fails = true;
        assertThatThrownBy(keys::current).isInstanceOf(IOException.class);
        assertThatThrownBy(keys::current).isInstanceOf(IOException.class);
        assertThat(asked).isEqualTo(1);
        fails = false;
        pass(Duration.ofMillis(1100));
        keys.current();
        assertThat(asked).isEqualTo(2);
    }
}
