package dev.falcoresponse.snapshotlogs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hostile names do not lead outside the folder of the evidence. */
final class ObjectKeysTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"..", ".", "../../etc/passwd", "a/b", "a\\b", "/root", "", " ", "nul\u0000", "ä", "%2e%2e"})
    void aHostileNameStaysOnePartOfAPath(String name) {
        String part = ObjectKeys.part(name);

        assertThat(part).matches("[A-Za-z0-9_][A-Za-z0-9._-]*~[0-9a-f]{16}|~[0-9a-f]{16}");
        Path resolved = folder.resolve(part).normalize();
        assertThat(resolved.getParent()).isEqualTo(folder);
    }

    @Test
    void twoNamesNeverBecomeOne() {
        List<String> names = List.of("a/b", "a_b", "a\\b", "a b", "x".repeat(200), "x".repeat(201), "x".repeat(128));

        assertThat(names.stream().map(ObjectKeys::part)).doesNotHaveDuplicates();
    }

    @Test
    void anOrdinaryNameStaysAsItIs() {
        assertThat(ObjectKeys.part("web-7d9f-abc12")).isEqualTo("web-7d9f-abc12");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../out", "a/../../out", "."})
    void theFolderIsNotLeftWhateverTheKey(String key) {
        FileStore store = new FileStore(folder.resolve("store"));

        assertThatThrownBy(() -> store.putIfAbsent(key, Contents.of("x".getBytes(UTF_8))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("leads out of the store");
    }

    @Test
    void whatIsThereIsNotWrittenAgain() throws IOException {
        FileStore store = new FileStore(folder);

        assertThat(store.putIfAbsent("a/b", Contents.of("one".getBytes(UTF_8)))).isTrue();
        assertThat(store.putIfAbsent("a/b", Contents.of("two".getBytes(UTF_8)))).isFalse();

        assertThat(folder.resolve("a/b")).hasContent("one");
        assertThat(EvidenceFolder.files(folder)).containsExactly("a/b");
    }
}
