package dev.falcoresponse.snapshotlogs;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The end of a stream, from the start of a line. */
final class TailTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "16, one\\ntwo\\n,              one\\ntwo\\n, false",
                "8,  one\\ntwo\\n,              one\\ntwo\\n, false",
                "7,  one\\ntwo\\n,              two\\n,       true",
                "6,  one\\ntwo\\nthree\\n,      three\\n,     true",
                "8,  aaaaaaaaaaaaaaaaaaaa,      aaaaaaaa,     true",
                "8,  one\\naaaaaaaaaaaaaaaaaaa, aaaaaaaa,     true",
                "8,  aaaaaaaaaaaaaaaaaaa\\n,    aaaaaaa\\n,   true"
            })
    void keepsIt(int capacity, String written, String kept, boolean cut) throws IOException {
        for (int chunk : new int[] {1, 3, 100}) {
            try (Tail tail = new Tail(capacity)) {
                byte[] bytes = written.replace("\\n", "\n").getBytes(US_ASCII);
                for (int from = 0; from < bytes.length; from += chunk) {
                    tail.write(java.util.Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + chunk)));
                }
                try (InputStream in = tail.open()) {
                    assertThat(new String(in.readAllBytes(), US_ASCII)).isEqualTo(kept.replace("\\n", "\n"));
                }
                assertThat(tail.isCut()).isEqualTo(cut);
                int begin = bytes.length - kept.replace("\\n", "\n").length();
                boolean isWhole = begin == 0 || bytes[begin - 1] == '\n';
                // one at the very start of the rest may be missed, never taken twice
                assertThat(tail.beginsLine()).isIn(isWhole, isWhole && !cut);
                assertThat(tail.seen()).isEqualTo(bytes.length);
            }
        }
    }
}
