package dev.falcoresponse.snapshotlogs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

/** The manifest's time range is from the node's timestamps, not from the container's text. */
class StoredLogTest {
    private static final String FORGED = "2001-01-01T00:00:00Z ";

    @Test
    void timesAreOfTheFirstAndTheLastLine() throws IOException {
        StoredLog log = compress(
                "2026-11-25T12:00:00.5Z one\n2026-11-25T12:00:01+02:00 " + FORGED + "\n2026-11-25T12:00:02Z \n", true);

        assertThat(log.from()).isEqualTo("2026-11-25T12:00:00.5Z");
        assertThat(log.to()).isEqualTo("2026-11-25T12:00:02Z");
    }

    @Test
    void theRestOfALineHasNoTime() throws IOException {
        StoredLog rest = compress(FORGED.repeat(100), false);
        StoredLog more = compress(FORGED.repeat(100) + "\n2026-11-25T12:00:02Z x", false);

        assertThat(rest.from()).isEmpty();
        assertThat(rest.to()).isEmpty();
        assertThat(more.from()).isEqualTo("2026-11-25T12:00:02Z");
        assertThat(more.to()).isEqualTo("2026-11-25T12:00:02Z");
    }

    @Test
    void whatLooksLikeNoTimeIsNone() throws IOException {
        StoredLog log = compress("2026-11-25 x\nnot-a-time-but-as-long x\n" + "9".repeat(100) + " x\n", true);

        assertThat(log.from()).isEmpty();
        assertThat(log.to()).isEmpty();
    }

    @Test
    void aLogIsReadBackAsItWas() throws IOException {
        byte[] bytes = FORGED.repeat(10_000).getBytes(UTF_8);
        try (TemporaryFile scratch = new TemporaryFile()) {
            StoredLog stored = StoredLog.compress(new ByteArrayInputStream(bytes), true, scratch);
            try (InputStream in = scratch.open()) {
                assertThat(StoredLog.read(in, true)).isEqualTo(stored);
            }
            assertThat(stored.bytes()).isEqualTo(bytes.length);
            assertThat(stored.storedBytes()).isEqualTo(scratch.size()).isLessThan(bytes.length);
        }
    }

    private static StoredLog compress(String text, boolean beginsLine) throws IOException {
        try (TemporaryFile scratch = new TemporaryFile()) {
            return StoredLog.compress(new ByteArrayInputStream(text.getBytes(UTF_8)), beginsLine, scratch);
        }
    }
}
