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

/** Evidence is shown with the result of its verification, and no other file is read. */
final class SnapshotsTest {
    @TempDir
    private Path home;

    private Path folder = Path.of("");
    private Path snapshot = Path.of("");

    @BeforeEach
    void storeSnapshot() throws IOException {
        folder = Files.createDirectories(home.resolve("evidence"));
        snapshot = Files.createDirectories(folder.resolve("shop").resolve("web-0"));
        Files.writeString(snapshot.resolve("alert.json"), "{}");
        Files.writeString(snapshot.resolve("manifest.json"), """
            {"complete": true, "objects": [{"name": "alert.json", "bytes": 2, "sha256": "x",
             "storedSha256": "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"}]}
            """);
    }

    @Test
    void anUnchangedObjectIsIntact() {
        JsonNode evidence = Snapshots.read(folder, snapshot.toUri().toString());

        assertThat(evidence.path("complete").asBoolean()).isTrue();
        assertThat(evidence.at("/objects/0/intact").asBoolean()).isTrue();
        assertThat(evidence.path("text").asText()).contains("alert.json", "{}");
    }

    @Test
    void anAlteredObjectIsNotIntact() throws IOException {
        Files.writeString(snapshot.resolve("alert.json"), "{ }");

        assertThat(Snapshots.read(folder, snapshot.toUri().toString())
                        .at("/objects/0/intact")
                        .asBoolean(true))
                .isFalse();
    }

    @Test
    void aSymbolicLinkOutOfTheFolderIsNotRead() throws IOException {
        Path secret = Files.writeString(home.resolve("secret"), "secret");
        Files.delete(snapshot.resolve("alert.json"));
        Files.createSymbolicLink(snapshot.resolve("alert.json"), secret);

        assertNotIntact("not evidence of this playground");
    }

    @Test
    void aMissingObjectIsNotIntact() throws IOException {
        Files.delete(snapshot.resolve("alert.json"));

        assertNotIntact("does not exist");
    }

    private void assertNotIntact(String reason) {
        JsonNode evidence = Snapshots.read(folder, snapshot.toUri().toString());

        assertThat(evidence.at("/objects/0/intact").asBoolean(true)).isFalse();
        assertThat(evidence.path("text").asText()).contains(reason).doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/", "file:etc", "http://127.0.0.1/", "", "file://host/x", "s3://bucket/x"})
    void otherLocationsAreRefused(String location) {
        assertThatThrownBy(() -> Snapshots.read(folder, location)).isInstanceOf(IllegalArgumentException.class);
    }
}
