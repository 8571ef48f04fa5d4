package dev.falcoresponse.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.configuration.ConfigurationException;
import org.junit.jupiter.api.Test;

final class WrongSettingsTest {
    @Test
    void aWrongSettingIsFoundAmongTheCauses() {
        RuntimeException failure =
                new IllegalStateException(new RuntimeException(new ConfigurationException("RESPONSE_X is wrong")));

        assertThat(WrongSettings.sentence(failure)).contains("RESPONSE_X is wrong");
    }

    @Test
    void anotherFailureIsNoWrongSetting() {
        assertThat(WrongSettings.sentence(new IllegalStateException("the port is taken")))
                .isEmpty();
    }

    @Test
    void aSentenceThatIsNotKnownIsKept() {
        assertThat(WrongSettings.text("SRCFG00099: something else")).isEqualTo("SRCFG00099: something else");
    }

    @Test
    void aValueWithAQuoteAndALineBreakIsShownAsItIs() {
        assertThat(WrongSettings.text("SRCFG00039: The config property response.budget with the config value \"a\n\"b\""
                        + " threw an Exception whilst being converted java.lang.IllegalArgumentException: it is wrong"))
                .isEqualTo("RESPONSE_BUDGET is \"a\n\"b\": it is wrong.");
    }
}
