package dev.falcoresponse.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DurationsTest {
    @ParameterizedTest
    @CsvSource({"500ms,PT0.5S", "30s,PT30S", "15m,PT15M", "2h,PT2H", "1d,PT24H", "PT1H,PT1H", "45,PT45S", " 5m ,PT5M"})
    void durationsAreReadAsOperatorsWriteThem(String text, Duration duration) {
        assertThat(Durations.parse(text, Duration.ZERO)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "soon", "5 minutes", "1m30", "m", "5x", "PT", "99999999999999999999s"})
    void whatIsNoDurationIsRefused(String text) {
        assertThatThrownBy(() -> Durations.parse(text, Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"PT30S,30s", "PT15M,15m", "PT24H,24h", "PT0S,0s", "PT0.5S,0.5s", "PT1M30S,1m30s"})
    void durationsAreShownAsOperatorsWriteThem(Duration duration, String text) {
        assertThat(Durations.text(duration)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT30S", "PT0.5S", "PT1M30S", "PT876000H"})
    void whatIsShownCanBeWritten(Duration duration) {
        assertThat(Durations.parse(Durations.text(duration), Duration.ZERO)).isEqualTo(duration);
    }

    @Test
    void aHundredYearsAreATypingError() {
        assertThatThrownBy(() -> Durations.parse("36501d", Duration.ZERO))
                .hasMessage("it is not between 0ms and 36500d");
    }

    @Test
    void eachReaderHasItsShortest() {
        assertThat(new Durations.ZeroOrMore().convert("0s")).isZero();
        assertThat(new Durations.Positive().convert("1ms")).isEqualTo(Duration.ofMillis(1));
        assertThatThrownBy(() -> new Durations.Positive().convert("0s")).hasMessageContaining("not between 1ms");
        assertThatThrownBy(() -> new Durations.SecondOrMore().convert("999ms")).hasMessageContaining("between 1000ms");
    }

    @Test
    void wholeSecondsAreAsKubernetesCounts() {
        assertThat(new Durations.WholeSeconds().convert("0s")).isZero();
        assertThat(new Durations.WholeSeconds().convert("2000ms")).isEqualTo(Duration.ofSeconds(2));
        assertThatThrownBy(() -> new Durations.WholeSeconds().convert("1500ms"))
                .hasMessage("it is no whole number of seconds");
    }
}
