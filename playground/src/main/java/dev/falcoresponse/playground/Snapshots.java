package dev.falcoresponse.playground;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;

/** Reads the snapshots that snapshot-logs has stored in this checkout, and verifies their hashes. */
final class Snapshots {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_SHOWN_BYTES = 16_000;
    private static final long MAX_FILE_BYTES = 64L << 20;

    private Snapshots() {}

    /**
     * Reads a snapshot.
     *
     * @param folder the folder of all snapshots
     * @param location as in the record
     * @throws IllegalArgumentException when it does not exist, or is not inside the folder
     */
    static JsonNode read(Path folder, String location) {
        Path snapshot = locate(folder, location);
        requireInside(folder, snapshot.resolve("manifest.json"));
        try {
            JsonNode manifest = JSON.readTree(Files.readAllBytes(snapshot.resolve("manifest.json")));
            ObjectNode evidence = JSON.createObjectNode()
                    .put("complete", manifest.path("complete").asBoolean());
            ArrayNode objects = evidence.putArray("objects");
            StringBuilder text = new StringBuilder();
            for (JsonNode each : manifest.path("objects")) {
                String name = each.path("name").asText();
                ObjectNode object = objects.addObject()
                        .put("name", name)
                        .put("bytes", each.path("bytes").asLong())
                        .put("sha256", each.path("sha256").asText())
                        .put("intact", false);
                try {
                    byte[] stored = Files.readAllBytes(requireInside(snapshot, snapshot.resolve(name)));
                    object.put(
                            "intact",
                            sha256(stored).equals(each.path("storedSha256").asText()));
                    if (name.startsWith("logs/") || name.equals("alert.json")) {
                        text.append("── ")
                                .append(name)
                                .append('\n')
                                .append(text(name, stored))
                                .append('\n');
                    }
                } catch (IOException | IllegalArgumentException e) {
                    // a missing or altered object is reported like this, and the others are still shown
                    text.append("── ")
                            .append(name)
                            .append(" cannot be read: ")
                            .append(e.getMessage())
                            .append('\n');
                }
            }
            return evidence.put("text", text.toString());
        } catch (IOException e) {
            throw new IllegalArgumentException("The evidence cannot be read: " + e.getMessage(), e);
        }
    }

    private static Path locate(Path folder, String location) {
        URI uri = URI.create(location);
        if (!"file".equals(uri.getScheme()) || uri.isOpaque() || uri.getRawAuthority() != null) {
            throw new IllegalArgumentException("Only evidence in a local folder can be shown");
        }
        return requireInside(folder, Path.of(uri));
    }

    /** Resolves symbolic links, so that nothing outside the folder is read. */
    private static Path requireInside(Path folder, Path path) {
        try {
            Path real = path.toRealPath();
            if (!real.startsWith(folder.toRealPath())) {
                throw new IllegalArgumentException("This is not evidence of this playground");
            }
            if (Files.isRegularFile(real) && Files.size(real) > MAX_FILE_BYTES) {
                throw new IllegalArgumentException(real.getFileName() + " is too large to be shown");
            }
            if (!Files.isRegularFile(real) && !Files.isDirectory(real)) {
                throw new IllegalArgumentException(real.getFileName() + " is not a file");
            }
            return real;
        } catch (IOException e) {
            throw new IllegalArgumentException("The evidence does not exist, or no longer exists", e);
        }
    }

    private static String text(String name, byte[] stored) throws IOException {
        InputStream bytes = new ByteArrayInputStream(stored);
        try (InputStream plain = name.endsWith(".gz") ? new GZIPInputStream(bytes) : bytes) {
            String text = new String(plain.readNBytes(MAX_SHOWN_BYTES), UTF_8);
            return plain.read() < 0 ? text : text + "\n… truncated; the rest is in the file";
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
