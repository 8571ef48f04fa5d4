package dev.falcoresponse.snapshotlogs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileStoreTest {
    private static final String KEY = "shop/web-0/uid/web.log";

    @TempDir
    private Path temporary;

    private Path root;

    @BeforeEach
    void canonicalPath() throws IOException {
        root = temporary.toRealPath();
    }

    private record Text(String text) implements EvidenceStore.Content {
        @Override
        public long size() {
            return text.length();
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(text.getBytes(UTF_8));
        }
    }

    /** What the JVM has forced to the disk while the object was stored. */
    private List<Path> forcedByAPut() throws IOException {
        Path file = Files.createTempFile("forced-", ".jfr");
        try (Recording recording = new Recording()) {
            recording.enable("jdk.FileForce").withThreshold(Duration.ZERO);
            recording.start();
            assertThat(new FileStore(root).putIfAbsent(KEY, new Text("a line"))).isTrue();
            recording.stop();
            recording.dump(file);
            return RecordingFile.readAllEvents(file).stream()
                    .map(event -> Path.of(event.getString("path")))
                    .toList();
        } finally {
            Files.delete(file);
        }
    }

    /** A file that is on the disk under a name that is not is lost in a power cut. */
    @Test
    void theObjectItsNameAndItsFoldersAreOnTheDisk() throws IOException {
        Path pod = root.resolve("shop/web-0");

        List<Path> forced = forcedByAPut();

        assertThat(forced).contains(root, root.resolve("shop"), pod, pod.resolve("uid"));
        assertThat(forced.stream().filter(path -> path.toString().endsWith(".tmp")))
                .hasSize(1);
    }

    @Test
    void whatAKilledRunHasLeftBehindIsRemovedAndWhatIsStillWrittenStays() throws IOException {
        Path folder = Files.createDirectories(root.resolve("shop/web-0/uid"));
        Path left = Files.writeString(folder.resolve(".left.tmp"), "half");
        Path young = Files.writeString(folder.resolve(".young.tmp"), "half");
        Files.setLastModifiedTime(left, FileTime.from(Instant.now().minus(Duration.ofMinutes(6))));

        new FileStore(root).putIfAbsent(KEY, new Text("a line"));

        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(young, folder.resolve("web.log"));
        }
    }
}
