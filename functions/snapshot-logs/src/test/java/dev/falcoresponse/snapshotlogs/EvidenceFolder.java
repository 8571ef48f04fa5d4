package dev.falcoresponse.snapshotlogs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** A snapshot in a folder, read like a person reads it. */
record EvidenceFolder(Path folder) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The one snapshot under a store's root. */
    static EvidenceFolder in(Path root) {
        try (Stream<Path> walk = Files.walk(root)) {
            return new EvidenceFolder(walk.filter(each -> each.endsWith("manifest.json"))
                    .map(Path::getParent)
                    .findFirst()
                    .orElseThrow());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All files under a root, by their paths in it. */
    static List<String> files(Path root) {
        if (!Files.exists(root)) {
            return List.of();
        }
        try (Stream<Path> walk = Files.walk(root)) {
            return walk.filter(Files::isRegularFile)
                    .map(each -> root.relativize(each).toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonNode manifest() {
        try {
            return JSON.readTree(folder.resolve("manifest.json").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the manifest says of a container's log. */
    JsonNode entry(String container, boolean previous) {
        for (JsonNode object : manifest().path("objects")) {
            if (object.path("container").asText().equals(container)
                    && object.path("previous").asBoolean() == previous) {
                return object;
            }
        }
        throw new AssertionError("The manifest has no log of " + container + ": " + manifest());
    }

    List<String> missing() {
        return manifest().path("notCaptured").findValuesAsText("what");
    }

    byte[] log(String container) {
        return log(entry(container, false));
    }

    byte[] log(JsonNode entry) {
        Path file = folder.resolve(entry.path("name").asText());
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String text(String name) {
        try {
            return Files.readString(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The exit status of the reader for people. */
    int verify() {
        return verify("file://" + folder.toAbsolutePath(), Map.of());
    }

    static int verify(String location, Map<String, String> environment) {
        String app = Path.of("target", "quarkus-app").toString();
        ProcessBuilder reader = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        app + "/app/*:" + app + "/lib/boot/*:" + app + "/lib/main/*",
                        "dev.falcoresponse.snapshotlogs.EvidenceReport",
                        location)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        reader.environment().putAll(environment);
        try {
            return reader.start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
