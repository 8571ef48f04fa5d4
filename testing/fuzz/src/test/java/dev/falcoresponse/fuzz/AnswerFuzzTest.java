package dev.falcoresponse.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.falcoresponse.EventAction;
import dev.falcoresponse.Outcome;
import dev.falcoresponse.Outcome.Acted;
import dev.falcoresponse.Outcome.Previewed;
import dev.falcoresponse.Reason;
import dev.falcoresponse.Responder;
import dev.falcoresponse.audit.Audit;
import dev.falcoresponse.audit.EventRecorder;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.Delivery;
import dev.falcoresponse.event.Delivery.Form;
import dev.falcoresponse.guard.Guardrails;
import dev.falcoresponse.kubernetes.ApiServer;
import dev.falcoresponse.kubernetes.Permission;
import dev.falcoresponse.pace.Pace;
import dev.falcoresponse.reply.Reply;
import dev.falcoresponse.resolution.PodResolver;
import dev.falcoresponse.settings.Self;
import dev.falcoresponse.settings.SettingReader;
import dev.falcoresponse.settings.Settings;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
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

    /** Says what it was told, so that whatever was read goes out again. */
    private record Echo() implements EventAction {
        @Override
        public String name() {
            return "echo";
        }

        @Override
        public List<Permission> permissions() {
            return List.of();
        }

        @Override
        public Outcome act(Alert event) {
            return new Acted(Reason.NOTIFIED, event.rule() + event.hostname(), Map.copyOf(event.fields()));
        }

        @Override
        public Outcome preview(Alert event) {
            return new Previewed(event.rule(), Map.of());
        }
    }

    private static final Responder RESPONDER = responder();

    private static Responder responder() {
        var client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder()
                        .withAutoConfigure(false)
                        .withMasterUrl("http://127.0.0.1:1")
                        .build())
                .build();
        Self self = new Self("falco-response", "echo-0");
        Settings settings = Settings.read(new SettingReader(new SmallRyeConfigBuilder().build()), self);
        ApiServer api = new ApiServer(client, Duration.ofSeconds(1));
        InstantSource clock = InstantSource.system();
        return new Responder(
                new Echo(),
                false,
                new Guardrails(settings, self, clock),
                new PodResolver(api),
                new Pace(settings.cooldown(), settings.budget(), clock),
                new Audit("echo", new SimpleMeterRegistry(), new EventRecorder(api, self)),
                clock);
    }

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
