package dev.falcoresponse.pipeline;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.falcoresponse.event.ReceivedEvent;
import dev.falcoresponse.record.RecordJson;
import dev.falcoresponse.record.ResponseRecord;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Any event is either refused with one sentence, or answered with a record in one line of ASCII that reads back equal. */
class ResponderFuzzTest {
    private static final List<String> NAMES =
            List.of("id", "source", "type", "subject", "time", "rule", "priority", "action", "outcome");

    private static final EventResponder RESPONDER = EchoPipeline.responder();

    @FuzzTest
    void anyDataGetsAnHonestAnswer(byte[] bytes) throws IOException {
        check(new ReceivedEvent(alertOf("falco.rule.output.v1"), bytes));
        check(new ReceivedEvent(alertOf("falco.response.isolate-network.v1"), bytes));
        check(new ReceivedEvent(attributes(bytes), bytes));
    }

    private static Map<String, String> alertOf(String type) {
        return Map.of("id", "1", "source", "/", "type", type);
    }

    /** As many attributes as the bytes have parts between commas. */
    private static Map<String, String> attributes(byte[] bytes) {
        String[] parts = new String(bytes, ISO_8859_1).split(",", NAMES.size() + 1);
        Map<String, String> attributes = new HashMap<>();
        for (int i = 0; i < NAMES.size() && i < parts.length; i++) {
            attributes.put(NAMES.get(i), parts[i].strip());
        }
        return attributes;
    }

    private static void check(ReceivedEvent event) throws IOException {
        ResponseRecord record;
        try {
            record = RESPONDER.answer(event);
        } catch (RefusedException e) {
            assertThat(e.outcome().text()).isEqualTo("rejected");
            assertThat(e.outcome().message()).isNotEmpty().doesNotContain("\n", "\r");
            return;
        }
        assertThat(record.outcome()).isEqualTo("acted");
        assertThat(record.message()).contains(record.rule().orElseThrow());
        String json = RecordJson.write(record);
        assertThat(json).matches("\\{[\\x20-\\x7e]*\\}");
        assertThat(RecordJson.read(new ObjectMapper().readTree(json.getBytes(US_ASCII))))
                .isEqualTo(record);
    }
}
