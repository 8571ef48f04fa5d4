package dev.falcoresponse.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HeaderTextTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "Terminal shell in container", "Règle – 日本 🐙", "100%41 \"quoted\""})
    void whatIsEncodedIsReadBack(String text) {
        assertThat(HeaderText.decode(HeaderText.encode(text))).isEqualTo(text);
    }

    @Test
    void textsGoOutAsRawUtf8() {
        assertThat(HeaderText.encode("é").getBytes(ISO_8859_1)).isEqualTo("é".getBytes(UTF_8));
    }

    @Test
    void controlCharactersBecomeSpaces() {
        assertThat(HeaderText.encode("a\r\nb\tc\u0000d\u007fe\u0085f")).isEqualTo("a  b c d e f");
    }

    @Test
    void percentEscapesAreNotDecoded() {
        assertThat(HeaderText.decode("a%20b")).isEqualTo("a%20b");
    }
}
