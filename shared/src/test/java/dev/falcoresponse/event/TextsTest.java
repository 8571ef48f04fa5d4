package dev.falcoresponse.event;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TextsTest {
    @ParameterizedTest
    @CsvSource({"abc, abc", "abcd, abc…", "ab\uD83D\uDE00, ab…", "a\uD83D\uDE00b, a\uD83D\uDE00…"})
    void aLongTextIsShortenedBetweenCharacters(String text, String shortened) {
        assertThat(Texts.shortened(text, 3)).isEqualTo(shortened);
    }
}
