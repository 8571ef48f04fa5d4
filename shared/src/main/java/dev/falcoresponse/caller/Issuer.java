package dev.falcoresponse.caller;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.falcoresponse.kubernetes.ApiException;
import dev.falcoresponse.kubernetes.ApiServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.lang.JoseException;

/**
 * Who signs the callers' tokens, as OpenID Connect Discovery finds its keys: the cluster's own API server, which issues
 * the tokens of ServiceAccounts, or another.
 */
final class Issuer {
    private static final String DISCOVERY = ".well-known/openid-configuration";

    /** Where every API server has them; its own document names an address that may be for others. */
    private static final String CLUSTER_KEYS = "openid/v1/jwks";

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final JsonMapper JSON = new JsonMapper();

    private final Optional<String> written;
    private final Optional<Path> file;
    private final ApiServer api;

    /**
     * An issuer.
     *
     * @param written its name as the operator wrote it; empty for the cluster's own
     * @param file its keys, so that nobody is asked for them
     */
    Issuer(Optional<String> written, Optional<Path> file, ApiServer api) {
        this.written = written;
        this.file = file;
        this.api = api;
    }

    /**
     * A file with a JSON Web Key Set (RFC 7517).
     *
     * @throws IllegalArgumentException when it is none
     */
    static Path keys(String text) {
        Path file = Path.of(text);
        try {
            parse(Files.readString(file));
            return file;
        } catch (IOException e) {
            throw new IllegalArgumentException("that file cannot be read: " + e.getMessage(), e);
        }
    }

    /** What its tokens say in {@code iss}. */
    String name() throws IOException {
        return written.isPresent() ? written.get() : clusterIssuer();
    }

    /** Its keys as they are now. */
    List<JsonWebKey> keys() throws IOException {
        if (file.isPresent()) {
            return parse(Files.readString(file.get()));
        }
        if (written.isEmpty() || isCluster(written.get())) {
            return parse(ask(CLUSTER_KEYS));
        }
        String document = fetch(URI.create(written.get().replaceFirst("/*$", "/") + DISCOVERY));
        return parse(fetch(URI.create(member(document, "jwks_uri"))));
    }

    private static List<JsonWebKey> parse(String text) throws IOException {
        try {
            List<JsonWebKey> keys = new JsonWebKeySet(text).getJsonWebKeys();
            if (keys.isEmpty()) {
                throw new IOException("There is no key in it");
            }
            return keys;
        } catch (JoseException e) {
            throw new IOException("It is no JSON Web Key Set", e);
        }
    }

    /** A function that may not ask the cluster can still have another issuer. */
    private boolean isCluster(String name) {
        try {
            return name.equals(clusterIssuer());
        } catch (IOException e) {
            return false;
        }
    }

    private String clusterIssuer() throws IOException {
        return member(ask(DISCOVERY), "issuer");
    }

    private String ask(String path) throws IOException {
        try {
            return api.document(path);
        } catch (ApiException e) {
            throw new IOException(e.outcome().message(), e);
        }
    }

    private static String member(String document, String name) throws IOException {
        String value = JSON.readTree(document).path(name).asText();
        if (!value.startsWith("https://")) {
            throw new IOException("The issuer's document has no https:// URL as " + name);
        }
        return value;
    }

    /** With the certificates that Java trusts. */
    private static String fetch(URI uri) throws IOException {
        try (HttpClient client =
                HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            HttpRequest request = HttpRequest.newBuilder(uri).timeout(PATIENCE).build();
            HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IOException(uri + " answers " + response.statusCode());
            }
            return response.body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted", e);
        }
    }
}
