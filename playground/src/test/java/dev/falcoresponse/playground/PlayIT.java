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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command as a newcomer runs it: a process, on a machine without kube-apiserver. */
final class PlayIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private record Played(int status, List<JsonNode> lines, String out, String err) {}

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dplay.home=" + Path.of("..").toAbsolutePath(),
                // where nobody has put a kube-apiserver
                "-Duser.home=" + folder,
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

    private Played play(String... arguments) throws Exception {
        return finish(start(arguments));
    }

    private Played finish(Process process) throws Exception {
        int status = process.waitFor();
        String out = Files.readString(folder.resolve("out"));
        List<JsonNode> lines =
                out.startsWith("{") ? out.lines().map(PlayIT::json).toList() : List.of();
        return new Played(status, lines, out, Files.readString(folder.resolve("err")));
    }

    private static JsonNode json(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not one JSON object a line: " + line, e);
        }
    }

    private static Map<String, Integer> outcomes(Played played) {
        Map<String, Integer> outcomes = new TreeMap<>();
        played.lines()
                .forEach(line -> line.path("answers").forEach(answer -> {
                    JsonNode body = answer.has("record") ? answer.path("record") : answer.path("problem");
                    outcomes.merge(body.path("outcome").asText(), 1, Integer::sum);
                }));
        return outcomes;
    }

    @Test
    void everyOutcomeOccurs() throws Exception {
        Played played = play("--json");

        assertThat(played.status()).isZero();
        assertThat(outcomes(played).keySet()).containsExactly("acted", "denied", "rejected", "skipped");
        assertThat(played.lines()).allSatisfy(line -> {
            assertThat(line.properties())
                    .extracting(Map.Entry::getKey)
                    .containsExactly("alert", "triggers", "answers", "deadLetter", "changes");
            JsonNode answer = line.path("answers").path(0);
            boolean acted = answer.path("record").path("outcome").asText().equals("acted")
                    && !answer.path("function").asText().equals("snapshot-logs");
            assertThat(line.path("changes").isEmpty()).isEqualTo(!acted);
            boolean rejected = line.path("answers").path(0).path("status").asInt() == 400;
            assertThat(line.path("deadLetter").isNull()).isEqualTo(!rejected);
        });
    }

    @Test
    void nothingIsDestroyedBeforeItsEvidenceIsSecured() throws Exception {
        Played played = play("--json", "--evidence-first");

        JsonNode first = played.lines().getFirst();
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
        Played played = play("--json", "--preview");

        assertThat(played.status()).isZero();
        assertThat(outcomes(played)).containsKey("previewed").doesNotContainKey("acted");
        assertThat(played.lines())
                .allSatisfy(line -> assertThat(line.path("changes")).isEmpty());
    }

    @Test
    void onesOwnAlertsAreSentInstead() throws Exception {
        RecordedAlert own =
                RecordedAlert.named("terminal-shell-in-container-pod").at(Instant.now());
        Path file = Files.writeString(
                folder.resolve("own.json"),
                own.body() + "\n" + own.with("rule", "Other").body());

        Played played = play("--json", "--event", file.toString());

        assertThat(played.lines()).hasSize(2);
        assertThat(played.lines().getFirst().at("/answers/0/record/reason").asText())
                .isEqualTo("not-found");
        assertThat(played.lines().getLast().path("triggers")).isEmpty();
        assertThat(played.status()).isEqualTo(1);
    }

    @Test
    void aHostileAlertDoesNotReachTheTerminal() throws Exception {
        String hostile = RecordedAlert.named("terminal-shell-in-container-pod")
                .with("rule", "\u001b[2Jowned\r\nfake line")
                .body();
        Path file = Files.writeString(folder.resolve("own.json"), hostile);

        Played played = play("--event", file.toString());

        assertThat(played.out()).contains("owned  fake line").doesNotContain("\u001b");
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
    void aWrongCommandGetsASentence(String arguments, String sentence) throws Exception {
        Played played = play(List.of(arguments.split(" ", -1)).toArray(String[]::new));

        assertThat(played.status()).isEqualTo(2);
        assertThat(played.out()).isEmpty();
        assertThat(played.err()).contains(sentence).doesNotContain("\tat ");
    }

    @Test
    void whatIsNoJsonGetsItsPlace() throws Exception {
        Path file = Files.writeString(folder.resolve("bad.json"), "{\"rule\":\n oops}");

        Played played = play("--event", file.toString());

        assertThat(played.status()).isEqualTo(2);
        assertThat(played.err()).contains("bad.json is no JSON: line 2, column");
    }

    @Test
    void interruptedItLeavesNoProcessBehind() throws Exception {
        Process process = start();
        Waiting.until(
                "the function",
                Duration.ofSeconds(60),
                () -> process.descendants().findAny().isPresent());
        List<ProcessHandle> children = process.descendants().toList();

        process.destroy();

        finish(process);
        assertThat(children).isNotEmpty().noneMatch(ProcessHandle::isAlive);
    }
}
