package dev.falcoresponse.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.falcoresponse.Responder;
import dev.falcoresponse.event.Delivery;
import dev.falcoresponse.event.Delivery.Form;
import dev.falcoresponse.reply.Reply;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Whatever arrives is answered by one of the answers that there are, in headers that are headers and JSON that is JSON. */
class AnswerFuzzTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Set<Integer> STATUSES = Set.of(200, 400);
    private static final List<String> NAMES =
            List.of("specversion", "id", "source", "type", "subject", "time", "rule", "priority", "action", "outcome");

    private static final Responder RESPONDER = EchoFunction.responder();

    @FuzzTest
    void anyBytesGetAnHonestAnswer(byte[] bytes) throws IOException {
        check(RESPONDER.respond(new Delivery(Form.PLAIN, Map.of(), bytes)));
        check(RESPONDER.respond(new Delivery(Form.STRUCTURED, Map.of(), bytes)));
        check(RESPONDER.respond(new Delivery(Form.BINARY, attributes(bytes), bytes)));
        Map<String, String> valid = new HashMap<>(attributes(bytes));
        valid.putAll(Map.of("specversion", "1.0", "id", "1", "source", "/", "type", "falco.rule.output.v1"));
        check(RESPONDER.respond(new Delivery(Form.BINARY, valid, bytes)));
    }

    /** As many attributes as the bytes are good for, cut at their commas. */
    private static Map<String, String> attributes(byte[] bytes) {
        String[] parts = new String(bytes, ISO_8859_1).split(",", NAMES.size() + 1);
        Map<String, String> attributes = new HashMap<>();
        for (int i = 0; i < NAMES.size() && i < parts.length; i++) {
            attributes.put(NAMES.get(i), parts[i].strip());
        }
        return attributes;
    }

    private static void check(Reply reply) throws IOException {
        assertThat(reply.status()).isIn(STATUSES);
        reply.headers().forEach((name, value) -> {
            assertThat(name).matches("[A-Za-z0-9-]+");
            assertThat(value.chars()).allMatch(c -> c >= ' ' && c != 0x7f && c <= 0xff);
        });
        JsonNode body = JSON.readTree(reply.body());
        assertThat(body.isObject()).isTrue();
        if (reply.status() == 200) {
            JsonNode record = body.path("data").isObject() ? body.path("data") : body;
            assertThat(record.path("outcome").asText()).isIn("acted", "skipped", "denied");
            assertThat(record.has("details")).isTrue();
        } else {
            assertThat(body.path("outcome").asText()).isEqualTo("rejected");
            assertThat(body.path("detail").asText()).isNotEmpty().doesNotContain("\n", "\r");
        }
    }
}
