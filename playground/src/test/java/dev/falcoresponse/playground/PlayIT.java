package dev.falcoresponse.playground;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code ./play} as a process, on a machine without kube-apiserver. */
final class PlayIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private record Run(int status, List<JsonNode> lines, String out, String err) {}

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dplay.home=" + Path.of("..").toAbsolutePath(),
                // a home folder without kube-apiserver
                "-Duser.home=" + folder,
                "-XX:TieredStopAtLevel=1",
                "-jar",
                Path.of("target", "playground.jar").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment().remove("KUBEBUILDER_ASSETS");
        builder.environment().put("KUBECONFIG", folder.resolve("none").toString());
        return builder.start();
    }

    private Run play(String... arguments) throws Exception {
        return finish(start(arguments));
    }

    private Run finish(Process process) throws Exception {
        int status = process.waitFor();
        String out = Files.readString(folder.resolve("out"));
        List<JsonNode> lines =
                out.startsWith("{") ? out.lines().map(PlayIT::json).toList() : List.of();
        return new Run(status, lines, out, Files.readString(folder.resolve("err")));
    }

    private static JsonNode json(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not one JSON object per line: " + line, e);
        }
    }

    private static Map<String, Integer> outcomes(Run run) {
        Map<String, Integer> outcomes = new TreeMap<>();
        run.lines()
                .forEach(line -> line.path("answers").forEach(answer -> {
                    // notify-falcosidekick replies with nothing
                    if (answer.path("status").asInt() == 204) {
                        return;
                    }
                    JsonNode body = answer.has("record") ? answer.path("record") : answer.path("problem");
                    outcomes.merge(body.path("outcome").asText(), 1, Integer::sum);
                }));
        return outcomes;
    }

    @Test
    void everyOutcomeOccurs() throws Exception {
        Run run = play("--json");

        assertThat(run.status()).isZero();
        assertThat(outcomes(run).keySet()).containsExactly("acted", "denied", "rejected", "skipped");
        assertThat(run.lines()).allSatisfy(line -> {
            assertThat(line.properties())
                    .extracting(Map.Entry::getKey)
                    .containsExactly("alert", "triggers", "answers", "deadLetter", "changes");
            boolean acted = StreamSupport.stream(line.path("answers").spliterator(), false)
                    .anyMatch(answer ->
                            answer.path("record").path("outcome").asText().equals("acted")
                                    && !answer.path("function").asText().equals("snapshot-logs"));
            assertThat(line.path("changes").isEmpty()).isEqualTo(!acted);
            boolean rejected = line.path("answers").path(0).path("status").asInt() == 400;
            assertThat(line.path("deadLetter").isNull()).isEqualTo(!rejected);
        });
        assertThat(run.lines())
                .filteredOn(line -> line.at("/alert/from").asText().contains("request to release"))
                .extracting(line -> line.path("answers").path(0))
                .singleElement()
                .satisfies(answer -> {
                    assertThat(answer.path("function").asText()).isEqualTo("isolate-network");
                    assertThat(answer.at("/record/reason").asText()).isEqualTo("released");
                });
    }

    @Test
    void theReportSaysWhatPeopleAreTold() throws Exception {
        assertThat(play().out())
                .contains(
                        "Told Falcosidekick: Falco response: delete-pod acted (Warning)",
                        "Told Falcosidekick: Falco response: isolate-network skipped (Informational)",
                        "Told Falcosidekick: Falco response: undelivered (Critical)");
    }

    @Test
    void withEvidenceFirstThePodIsDeletedOnlyAfterItsLogsAreCaptured() throws Exception {
        Run run = play("--json", "--evidence-first");

        JsonNode first = run.lines().getFirst();
        assertThat(first.at("/answers/0/function").asText()).isEqualTo("snapshot-logs");
        assertThat(first.at("/answers/0/record/reason").asText()).isEqualTo("captured");
        assertThat(first.at("/answers/1/function").asText()).isEqualTo("delete-pod");
        assertThat(first.at("/answers/1/record/reason").asText()).isEqualTo("deleted");
        assertThat(first.at("/answers/1/record/details/evidence"))
                .isEqualTo(first.at("/answers/0/record/details/location"));
        assertThat(first.at("/answers/1/record/eventId")).isEqualTo(first.at("/answers/0/record/eventId"));
    }

    @Test
    void aPreviewChangesNothing() throws Exception {
        Run run = play("--json", "--preview");

        assertThat(run.status()).isZero();
        assertThat(outcomes(run)).containsKey("previewed").doesNotContainKey("acted");
        assertThat(run.lines())
                .allSatisfy(line -> assertThat(line.path("changes")).isEmpty());
    }

    @Test
    void alertsFromAFileReplaceTheRecordedOnes() throws Exception {
        RecordedAlert own =
                RecordedAlert.named("terminal-shell-in-container-pod").at(Instant.now());
        Path file = Files.writeString(
                folder.resolve("own.json"),
                own.body() + "\n" + own.with("rule", "Other").body());

        Run run = play("--json", "--event", file.toString());

        assertThat(run.lines()).hasSize(2);
        assertThat(run.lines().getFirst().at("/answers/0/record/reason").asText())
                .isEqualTo("not-found");
        assertThat(run.lines().getLast().path("triggers")).isEmpty();
        assertThat(run.status()).isEqualTo(1);
    }

    @Test
    void controlCharactersOfAnAlertDoNotReachTheTerminal() throws Exception {
        String hostile = RecordedAlert.named("terminal-shell-in-container-pod")
                .with("rule", "\u001b[2Jowned\r\nfake line")
                .body();
        Path file = Files.writeString(folder.resolve("own.json"), hostile);

        Run run = play("--event", file.toString());

        assertThat(run.out()).contains("owned  fake line").doesNotContain("\u001b");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--act --preview                | exclude each other",
                "--event nowhere.json           | nowhere.json cannot be read",
                "--cluster current              | There is no current kubeconfig context",
                "--cluster current --act        | needs --event",
                "--cluster elsewhere            | --cluster",
                "--events x                     | Unknown option"
            })
    void wrongUsageIsAnsweredWithOneSentence(String arguments, String sentence) throws Exception {
        Run run = play(List.of(arguments.split(" ", -1)).toArray(String[]::new));

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains(sentence).doesNotContain("\tat ");
    }

    @Test
    void invalidJsonIsReportedWithLineAndColumn() throws Exception {
        Path file = Files.writeString(folder.resolve("bad.json"), "{\"rule\":\n oops}");

        Run run = play("--event", file.toString());

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("bad.json is not JSON: line 2, column");
    }

    @Test
    void anInterruptLeavesNoProcessBehind() throws Exception {
        Process process = start();
        Waiting.until(
                "a function process",
                Duration.ofSeconds(60),
                () -> process.descendants().findAny().isPresent());
        List<ProcessHandle> children = process.descendants().toList();

        process.destroy();

        finish(process);
        assertThat(children).isNotEmpty().noneMatch(ProcessHandle::isAlive);
    }
}
