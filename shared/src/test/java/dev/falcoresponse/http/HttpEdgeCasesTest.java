package dev.falcoresponse.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.http.ConcurrencyLimit.Permit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Edge cases of the normaliser and of the concurrency limit. */
final class HttpEdgeCasesTest {
    @Test
    void anEventWithoutItsVersionIsNotComplete() {
        assertThat(Normalization.binary().without("ce-specversion").refuse("{}").status())
                .isEqualTo(400);
    }

    @Test
    void aBinaryEventMayHaveNoData() {
        Normalization tick = Normalization.binary()
                .without("ce-type")
                .header("ce-type", "dev.knative.sources.ping")
                .pass("");

        assertThat(tick.body()).isEqualTo("null");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "7", "true"})
    void dataInBase64IsAText(String data) {
        String event =
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"data_base64\":" + data + "}";

        assertThat(Normalization.structured().refuse(event).status()).isEqualTo(400);
    }

    @Test
    void aBodyOfUnknownLengthCostsWhatItHasOnceItHasArrived() {
        ConcurrencyLimit limit = new ConcurrencyLimit(64 * 64 * 1024);
        Permit permit = limit.acquire(-1).orElseThrow();
        assertThat(permit.resize(1024)).isTrue();

        assertThat(limit.acquire(1024)).isPresent();
    }
}
