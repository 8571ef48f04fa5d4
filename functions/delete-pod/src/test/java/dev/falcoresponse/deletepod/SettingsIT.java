package dev.falcoresponse.deletepod;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.ThisFunction;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A setting that is wrong or misspelt stops the start, with a sentence that names it. */
class SettingsIT {
    private static final KubeAccess NOWHERE = new KubeAccess("http://127.0.0.1:1", "", "token");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RESPONSE_DRY_RUN        | flase  | neither true nor false",
                "RESPONSE_BUDGET         | 20     | 20/1m",
                "DELETE_POD_GRACE_PERIOD | 1500ms | whole number of seconds"
            })
    void aWrongValueStopsTheStart(String name, String value, String why) {
        String errors = FunctionProcess.failToStart(ThisFunction.TARGET, NOWHERE, Map.of(name, value));

        assertThat(errors).contains(name + " is \"" + value + "\"", why);
    }

    @ParameterizedTest
    @CsvSource({"RESPONSE_DRYRUN,false", "DELETE_POD_GRACE,5s"})
    void aMisspeltNameStopsTheStart(String name, String value) {
        String errors = FunctionProcess.failToStart(ThisFunction.TARGET, NOWHERE, Map.of(name, value));

        assertThat(errors).containsIgnoringCase("There is no setting").contains("RESPONSE_DRY_RUN, ");
        assertThat(errors.replaceAll("[^A-Za-z]", "").toLowerCase(Locale.ROOT))
                .contains(name.replaceAll("[^A-Za-z]", "").toLowerCase(Locale.ROOT));
    }

    @Test
    void whatKubernetesPutsThereForAServiceIsNoSetting() {
        Map<String, String> links =
                Map.of("RESPONSE_ENGINE_SERVICE_HOST", "10.0.0.1", "RESPONSE_ENGINE_PORT_80_TCP_ADDR", "10.0.0.1");
        try (FunctionProcess function = FunctionProcess.start(ThisFunction.TARGET, NOWHERE, links)) {
            assertThat(function.status("_/health")).isEqualTo(200);
        }
    }
}
