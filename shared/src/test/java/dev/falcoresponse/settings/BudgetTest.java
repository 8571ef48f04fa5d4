package dev.falcoresponse.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BudgetTest {
    private final Budget.Reader reader = new Budget.Reader();

    @ParameterizedTest
    @CsvSource({"20/1m,20,PT1M", "1/10m,1,PT10M", " 5/30s ,5,PT30S", "3/500ms,3,PT0.5S", "7/PT2M,7,PT2M"})
    void aBudgetIsObjectsInAWindow(String text, int objects, Duration window) {
        assertThat(reader.convert(text)).isEqualTo(new Budget(objects, window));
        assertThat(reader.convert(text).isUnlimited()).isFalse();
    }

    @Test
    void unlimitedIsWrittenOut() {
        assertThat(reader.convert("unlimited").isUnlimited()).isTrue();
        assertThat(Budget.UNLIMITED).hasToString("unlimited");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "0", "-1", "*", "20/", "/1m", "01/1m", "-1/1m", "1.5/1m", "20/1m/1m", "Unlimited", "20 / 1m"
            })
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> reader.convert(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("it is");
    }

    @ParameterizedTest
    @ValueSource(strings = {"20/11m", "20/601s", "20/1h", "20/1d"})
    void aWindowIsAtMostTenMinutes(String text) {
        assertThatThrownBy(() -> reader.convert(text)).hasMessageContaining("longer than 10m");
    }

    @Test
    void aBudgetIsShownAsASentenceNeedsIt() {
        assertThat(reader.convert("20/1m")).hasToString("20 in 1m");
    }
}
