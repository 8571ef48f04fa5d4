package dev.falcoresponse.snapshotlogs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.util.Optional;

/** Lists a snapshot for people, and verifies each object against the manifest. */
public final class EvidenceReport {
    private static final int WRONG = 1;
    private static final int USAGE = 2;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final EvidenceStore store;
    private final PrintStream out;
    private int wrong;

    private EvidenceReport(EvidenceStore store, PrintStream out) {
        this.store = store;
        this.out = out;
    }

    /** {@code ./play evidence <location>}: exit status 0 when every object is unchanged, 1 when not, 2 for wrong usage. */
    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        if (arguments.length != 1) {
            System.err.println("Usage: ./play evidence <location>, as the record names it: file:///... or s3://...");
            System.exit(USAGE);
        }
        URI location;
        try {
            location = StoreAddress.parse(arguments[0]);
        } catch (IllegalArgumentException e) {
            System.err.println(printable(arguments[0]) + " is no location: " + e.getMessage());
            System.exit(USAGE);
            return;
        }
        try (EvidenceStore store = StoreAddress.open(location, System.getenv(), Protection.NONE)) {
            System.exit(new EvidenceReport(store, out).read());
        } catch (IOException | RuntimeException e) {
            System.err.println(printable(location + " cannot be read: " + e.getMessage()));
            System.exit(WRONG);
        }
    }

    private int read() throws IOException {
        Optional<InputStream> manifest = store.read(Manifest.NAME);
        if (manifest.isEmpty()) {
            out.println(
                    printable("There is no manifest at " + store.location("") + ": no capture was completed there."));
            return WRONG;
        }
        byte[] bytes;
        try (InputStream in = manifest.get()) {
            bytes = in.readAllBytes();
        }
        JsonNode root = JSON.readTree(bytes);
        if (root == null
                || root.path("version").asInt() != Manifest.VERSION
                || !root.path("record").isObject()
                || root.path("objects").isEmpty()) {
            out.println(printable("The manifest at " + store.location("") + " is not one of snapshot-logs."));
            return WRONG;
        }
        head(root, bytes);
        for (JsonNode object : root.path("objects")) {
            verify(object);
        }
        for (JsonNode missing : root.path("notCaptured")) {
            line("not captured", text(missing, "what") + ": " + text(missing, "why"));
        }
        out.println(wrong == 0 ? "Every object is unchanged." : wrong + " objects are missing or altered!");
        return wrong == 0 ? 0 : WRONG;
    }

    private void head(JsonNode root, byte[] bytes) {
        JsonNode record = root.path("record");
        line("pod", text(record, "namespace") + "/" + text(record, "pod") + " (uid " + text(record, "podUid") + ")");
        line("rule", text(record, "rule"));
        line("alert", text(record, "eventId") + " of " + text(record, "eventTime"));
        line("secured", text(record, "finishedAt") + (root.path("complete").asBoolean() ? "" : ", NOT COMPLETE"));
        line("manifest", "sha256 " + Digests.sha256(bytes));
    }

    private void verify(JsonNode object) {
        String name = text(object, "name");
        String about = name + "  " + object.path("bytes").asLong() + " bytes"
                + (object.path("truncated").asBoolean() ? ", its newest end" : "")
                + (object.hasNonNull("from") ? "  " + text(object, "from") + " to " + text(object, "to") : "");
        Optional<String> problem = problem(object, name);
        problem.ifPresent(_ -> wrong++);
        line(problem.orElse("ok"), about);
    }

    private Optional<String> problem(JsonNode object, String name) {
        try {
            Optional<InputStream> stored = store.read(name);
            if (stored.isEmpty()) {
                return Optional.of("MISSING");
            }
            long size;
            String sha256;
            try (DigestInputStream in = new DigestInputStream(stored.get(), Digests.sha256())) {
                size = in.transferTo(OutputStream.nullOutputStream());
                sha256 = Digests.text(in.getMessageDigest().digest());
            }
            if (!fits(object, "storedBytes", "storedSha256", size, sha256)) {
                return Optional.of("ALTERED");
            }
            if (!name.endsWith(".gz")) {
                return fits(object, "bytes", "sha256", size, sha256) ? Optional.empty() : Optional.of("ALTERED");
            }
            return contentProblem(object, name);
        } catch (IOException e) {
            return Optional.of("UNREADABLE");
        }
    }

    private Optional<String> contentProblem(JsonNode object, String name) throws IOException {
        try (InputStream in = store.read(name).orElseThrow(IOException::new)) {
            StoredLog log = StoredLog.read(in, false);
            return fits(object, "bytes", "sha256", log.bytes(), log.sha256())
                    ? Optional.empty()
                    : Optional.of("ALTERED");
        }
    }

    private static boolean fits(JsonNode object, String bytes, String digest, long size, String sha256) {
        return object.path(bytes).asLong(-1) == size && sha256.equals(text(object, digest));
    }

    private void line(String name, String text) {
        out.printf("%-13s %s%n", name, printable(text));
    }

    private static String text(JsonNode node, String name) {
        return node.path(name).asText("-");
    }

    /** Evidence may hold control sequences meant for the terminal of its reader. */
    private static String printable(String text) {
        return text.replaceAll("\\p{C}", " ");
    }
}
