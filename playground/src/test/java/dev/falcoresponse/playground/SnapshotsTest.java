package dev.falcoresponse.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Evidence is shown as it is, and nothing else is. */
final class SnapshotsTest {
    @TempDir
    private Path home;

    private Path folder = Path.of("");
    private Path place = Path.of("");

    @BeforeEach
    void secure() throws IOException {
        folder = Files.createDirectories(home.resolve("evidence"));
        place = Files.createDirectories(folder.resolve("shop").resolve("web-0"));
        Files.writeString(place.resolve("alert.json"), "{}");
        Files.writeString(place.resolve("manifest.json"), """
                {"complete": true, "objects": [{"name": "alert.json", "bytes": 2, "sha256": "x",
                 "storedSha256": "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"}]}
                """);
    }

    @Test
    void whatIsAsItWasIsIntact() {
        JsonNode evidence = Snapshots.read(folder, place.toUri().toString());

        assertThat(evidence.path("complete").asBoolean()).isTrue();
        assertThat(evidence.at("/objects/0/intact").asBoolean()).isTrue();
        assertThat(evidence.path("text").asText()).contains("alert.json", "{}");
    }

    @Test
    void whatWasAlteredIsNot() throws IOException {
        Files.writeString(place.resolve("alert.json"), "{ }");

        assertThat(Snapshots.read(folder, place.toUri().toString())
                        .at("/objects/0/intact")
                        .asBoolean(true))
                .isFalse();
    }

    @Test
    void aLinkLeadsNowhere() throws IOException {
        Path secret = Files.writeString(home.resolve("secret"), "secret");
        Files.delete(place.resolve("alert.json"));
        Files.createSymbolicLink(place.resolve("alert.json"), secret);

        assertNotIntact("no evidence of this playground");
    }

    @Test
    void whatWasTakenAwayIsNotIntactEither() throws IOException {
        Files.delete(place.resolve("alert.json"));

        assertNotIntact("not there");
    }

    private void assertNotIntact(String why) {
        JsonNode evidence = Snapshots.read(folder, place.toUri().toString());

        assertThat(evidence.at("/objects/0/intact").asBoolean(true)).isFalse();
        assertThat(evidence.path("text").asText()).contains(why).doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/", "file:etc", "http://127.0.0.1/", "", "file://host/x", "s3://bucket/x"})
    void nothingElseIsRead(String location) {
        assertThatThrownBy(() -> Snapshots.read(folder, location)).isInstanceOf(IllegalArgumentException.class);
    }
}
