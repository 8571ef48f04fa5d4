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

/** The evidence that snapshot-logs has put into this checkout's own folder: what there is, and whether it is as it was. */
final class Snapshots {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SHOWN = 16_000;
    private static final long LARGEST = 64L << 20;

    private Snapshots() {}

    /**
     * Reads one.
     *
     * @param folder where all evidence is
     * @param location as the record names it
     * @throws IllegalArgumentException when it is not below the folder, or not there
     */
    static JsonNode read(Path folder, String location) {
        Path place = place(folder, location);
        inside(folder, place.resolve("manifest.json"));
        try {
            JsonNode manifest = JSON.readTree(Files.readAllBytes(place.resolve("manifest.json")));
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
                    byte[] stored = Files.readAllBytes(inside(place, place.resolve(name)));
                    object.put(
                            "intact",
                            sha256(stored).equals(each.path("storedSha256").asText()));
                    if (name.startsWith("logs/") || name.equals("alert.json")) {
                        text.append("── ")
                                .append(name)
                                .append('\n')
                                .append(shown(name, stored))
                                .append('\n');
                    }
                } catch (IOException | IllegalArgumentException e) {
                    // what was taken away or altered is a finding, and hides nothing of the rest
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

    private static Path place(Path folder, String location) {
        URI uri = URI.create(location);
        if (!"file".equals(uri.getScheme()) || uri.isOpaque() || uri.getRawAuthority() != null) {
            throw new IllegalArgumentException("Only evidence in a folder is shown here");
        }
        return inside(folder, Path.of(uri));
    }

    /** Where it really is, behind every link: nothing outside the folder is evidence, and only files are read. */
    private static Path inside(Path folder, Path place) {
        try {
            Path real = place.toRealPath();
            if (!real.startsWith(folder.toRealPath())) {
                throw new IllegalArgumentException("That is no evidence of this playground");
            }
            if (Files.isRegularFile(real) && Files.size(real) > LARGEST) {
                throw new IllegalArgumentException(real.getFileName() + " is too large to be shown here");
            }
            if (!Files.isRegularFile(real) && !Files.isDirectory(real)) {
                throw new IllegalArgumentException(real.getFileName() + " is no file");
            }
            return real;
        } catch (IOException e) {
            throw new IllegalArgumentException("That evidence is not there, or not any more", e);
        }
    }

    private static String shown(String name, byte[] stored) throws IOException {
        InputStream bytes = new ByteArrayInputStream(stored);
        try (InputStream plain = name.endsWith(".gz") ? new GZIPInputStream(bytes) : bytes) {
            String text = new String(plain.readNBytes(SHOWN), UTF_8);
            return plain.read() < 0 ? text : text + "\n… cut here; the rest is in the file";
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
