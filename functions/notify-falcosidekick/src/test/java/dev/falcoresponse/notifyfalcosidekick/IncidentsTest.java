package dev.falcoresponse.notifyfalcosidekick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.event.Notification;
import dev.falcoresponse.event.Priority;
import dev.falcoresponse.notifyfalcosidekick.NotifyFalcosidekickSettings.WindowReader;
import dev.falcoresponse.testing.FakeFalcosidekick;
import dev.falcoresponse.testing.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is told together, and what does not wait. */
class IncidentsTest {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration SHORT = Duration.ofSeconds(1);

    private final FakeFalcosidekick fake = FakeFalcosidekick.start();
    private final Falcosidekick falcosidekick = new Falcosidekick(fake.uri(), Duration.ofSeconds(30));
    private final ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Future<?>> sent = new ArrayList<>();

    @AfterEach
    void close() {
        senders.close();
        falcosidekick.close();
        fake.close();
    }

    private static Message message(String incident, String action, Priority priority, Map<String, String> fields) {
        SortedMap<String, String> all = new TreeMap<>(fields);
        all.put("response.action", action);
        all.put("response.event_id", "event-1");
        return new Message(
                incident + " " + action,
                incident,
                Notification.RULE_PREFIX + action + " acted",
                priority,
                "What " + action + " did",
                Instant.parse("2026-11-27T09:00:00Z"),
                "node-1",
                new TreeSet<>(List.of(action)),
                all,
                Map.of());
    }

    private static Message message(String incident, String action) {
        return message(incident, action, Priority.WARNING, Map.of());
    }

    private void tell(Incidents incidents, Message message) {
        sent.add(senders.submit(() -> {
            incidents.tell(message);
            return null;
        }));
    }

    private void awaitAnswers() throws Exception {
        awaitAnswers(sent.size());
    }

    /** Of those that were sent first. */
    private void awaitAnswers(int count) throws Exception {
        for (Future<?> each : sent.subList(0, count)) {
            each.get();
        }
    }

    @Test
    void theAnswersToOneAlertAreOneMessageThatHasThemAll() throws Exception {
        Incidents incidents = new Incidents(falcosidekick, SHORT);
        tell(incidents, message("event-1", "cordon-node", Priority.INFORMATIONAL, Map.of("response.reason", "kind")));
        tell(incidents, message("event-1", "delete-pod", Priority.WARNING, Map.of("response.reason", "deleted")));
        tell(incidents, message("event-1", "delete-pod", Priority.WARNING, Map.of("response.reason", "deleted")));
        tell(incidents, message("event-2", "delete-pod"));
        awaitAnswers();

        assertThat(fake.events()).hasSize(2);
        JsonNode told = fake.events().stream()
                .filter(event -> event.path("rule").asText().contains("cordon"))
                .findFirst()
                .orElseThrow();
        assertThat(told.path("rule").asText()).isEqualTo("Falco response: delete-pod acted, cordon-node acted");
        assertThat(told.path("priority").asText()).isEqualTo("Warning");
        assertThat(told.path("output").asText()).isEqualTo("What delete-pod did; What cordon-node did");
        assertThat(told.path("tags")).extracting(JsonNode::asText).contains("delete-pod", "cordon-node");
        JsonNode fields = told.path("output_fields");
        assertThat(fields.path("response.reason").asText()).isEqualTo("deleted, kind");
        assertThat(fields.path("response.event_id").asText()).isEqualTo("event-1");
    }

    @Test
    void theSameAtTheSameMomentIsToldOnce() throws Exception {
        Incidents incidents = new Incidents(falcosidekick, Duration.ZERO);
        for (int i = 0; i < 20; i++) {
            tell(incidents, message("", "delete-pod"));
        }
        awaitAnswers();

        assertThat(fake.events()).hasSize(1);
    }

    @Test
    void anAnswerAfterTheMessageIsAnotherMessage() throws Exception {
        Incidents incidents = new Incidents(falcosidekick, Duration.ofMillis(1));

        incidents.tell(message("event-1", "snapshot-logs"));
        incidents.tell(message("event-1", "delete-pod"));

        assertThat(fake.events()).hasSize(2);
    }

    @Test
    void whatBelongsToNoIncidentIsToldWhileOthersWait() throws Exception {
        Incidents incidents = new Incidents(falcosidekick, LONG);
        tell(incidents, message("event-1", "delete-pod"));

        incidents.tell(message("", "undelivered"));

        assertThat(fake.events())
                .singleElement()
                .extracting(event -> event.path("rule").asText())
                .isEqualTo("Falco response: undelivered acted");
        fillUp(incidents, 10);
        awaitAnswers(1);
        assertThat(fake.events()).hasSize(2);
        senders.shutdownNow();
    }

    @Test
    void inABurstTheOldestIsTold() throws Exception {
        Incidents incidents = new Incidents(falcosidekick, LONG);

        fillUp(incidents, 160);
        Waiting.until(
                "all but ten",
                Duration.ofSeconds(30),
                () -> sent.stream().filter(Future::isDone).count() == 150);

        // when the function ends, the broker repeats what waits
        senders.shutdownNow();
        senders.close();
        assertThat(sent)
                .filteredOn(each -> each.state() == Future.State.FAILED)
                .hasSize(10)
                .allSatisfy(each -> assertThat(each.exceptionNow()).hasMessage("Interrupted"));
        assertThat(fake.events()).hasSize(150);
    }

    @Test
    void whatWasToldMeanwhileIsNotToldAgain() throws Exception {
        Incidents incidents = new Incidents(falcosidekick, SHORT);
        Message first = message("event-1", "delete-pod");
        Message again = message("event-1", "delete-pod", Priority.WARNING, Map.of("response.reason", "another"));

        assertThat(incidents.tell(first)).isTrue();
        assertThat(incidents.tell(again)).isFalse();
        assertThat(fake.events())
                .singleElement()
                .satisfies(event -> assertThat(
                                event.at("/output_fields/response.reason").isMissingNode())
                        .isTrue());
    }

    @Test
    void ofTheSameTheFirstIsToldAndTheOtherIsNot() throws Exception {
        Incidents incidents = new Incidents(falcosidekick, SHORT);
        List<Future<Boolean>> answers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            answers.add(senders.submit(() -> incidents.tell(message("event-1", "delete-pod"))));
        }

        int told = 0;
        for (Future<Boolean> answer : answers) {
            told += answer.get() ? 1 : 0;
        }
        assertThat(told).isEqualTo(1);
        assertThat(fake.events()).hasSize(1);
    }

    @Test
    void theOutputIsNotTooLongForPagers() throws Exception {
        Message one = message("event-1", "delete-pod");
        Message two = message("event-1", "snapshot-logs");

        Message together =
                Message.together(List.of(two, withOutput(one, "x".repeat(600)), withOutput(two, "y".repeat(600))));

        assertThat(together.output()).hasSizeLessThan(1024).contains("xxx", "yyy", "What snapshot-logs did");
        assertThat(together.rule()).isEqualTo("Falco response: delete-pod acted, snapshot-logs acted");
    }

    private static Message withOutput(Message message, String output) {
        return new Message(
                message.key(),
                message.incident(),
                message.rule(),
                message.priority(),
                output,
                message.time(),
                message.hostname(),
                message.tags(),
                message.fields(),
                message.details());
    }

    private void fillUp(Incidents incidents, int deliveries) {
        for (int i = 0; i < deliveries; i++) {
            tell(incidents, message("other-" + i, "delete-pod"));
        }
    }

    @Test
    void whatWasNotAcceptedIsRepeatedByAll() throws Exception {
        Incidents incidents = new Incidents(falcosidekick, SHORT);
        fake.answers(503);
        tell(incidents, message("event-1", "snapshot-logs"));
        tell(incidents, message("event-1", "delete-pod"));
        for (Future<?> each : sent) {
            assertThatThrownBy(each::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(OutcomeException.class);
        }
        sent.clear();
        fake.answers(200);
        tell(incidents, message("event-1", "snapshot-logs"));
        tell(incidents, message("event-1", "delete-pod"));
        awaitAnswers();

        assertThat(fake.events()).hasSize(1);
    }

    @Test
    void withoutAWindowEachIsToldAtOnce() throws Exception {
        Incidents incidents = new Incidents(falcosidekick, Duration.ZERO);

        incidents.tell(message("event-1", "snapshot-logs"));
        incidents.tell(message("event-1", "delete-pod"));

        assertThat(fake.events()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({"2s, 2000", "500ms, 500", "10s, 10000"})
    void aWindowIsADuration(String text, long millis) {
        assertThat(new WindowReader().convert(text)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0s", "11s", "-1s", "soon", ""})
    void aWindowThatIsNoneOrTooLongIsRefused(String text) {
        assertThatThrownBy(() -> new WindowReader().convert(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
