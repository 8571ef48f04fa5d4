package dev.falcoresponse.playground.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.dsl.HttpMethod;
import io.fabric8.mockwebserver.http.Buffer;
import io.fabric8.mockwebserver.http.Headers;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * The client's mock server, corrected where it differs from a real API server: it ignores preconditions, patch tests and
 * dry run, does not implement evictions, access reviews and server-side apply, and sends a 404 without a reason.
 */
final class StrictCrudDispatcher extends KubernetesCrudDispatcher {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** No container runs here, so each has the same log. */
    private static final String LOG = "2026-11-24T03:00:00.000000000Z GET / 200\n";

    private static final String EVICTION = "/eviction";
    private static final String SCALE = "/scale";
    private static final String ACCESS_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

    @Override
    public MockResponse dispatch(RecordedRequest request) {
        String path = request.getPath().replaceFirst("\\?.*", "");
        String method = request.getMethod();
        if (method.equals("POST") && path.equals(ACCESS_REVIEWS)) {
            return allowed(request);
        }
        if (method.equals("POST") && path.endsWith(EVICTION)) {
            JsonNode eviction = json(request.getBody().readUtf8());
            return delete(path.substring(0, path.length() - EVICTION.length()), eviction.path("deleteOptions"));
        }
        if (method.equals("PATCH") && "application/json-patch+json".equals(request.getHeader("Content-Type"))) {
            return patch(request, path);
        }
        if (method.equals("PATCH") && "application/apply-patch+yaml".equals(request.getHeader("Content-Type"))) {
            return apply(request, path);
        }
        if (method.equals("PATCH") && "application/merge-patch+json".equals(request.getHeader("Content-Type"))) {
            return path.endsWith(SCALE)
                    ? merge(request, path.substring(0, path.length() - SCALE.length()))
                    : merge(request, path);
        }
        if (method.equals("GET") && path.equals("/apis/falco-response.io/v1")) {
            return new MockResponse()
                    .setResponseCode(200)
                    .setBody("{\"resources\":[{\"name\":\"accessrestrictions\"}]}");
        }
        if (method.equals("POST") && isDryRun(request)) {
            return tryCreation(request, path);
        }
        if (method.equals("GET") && path.endsWith("/log")) {
            return new MockResponse().setResponseCode(200).setBody(LOG);
        }
        if (method.equals("DELETE")) {
            return delete(path, json(request.getBody().readUtf8()));
        }
        return withReason(super.dispatch(request), path);
    }

    /** Synchronized: no other request may change the object between the check of its uid and the deletion. */
    private synchronized MockResponse delete(String path, JsonNode options) {
        MockResponse current = withReason(handleGet(path), path);
        if (current.code() != 200) {
            return current;
        }
        JsonNode object = json(current.getBody().readUtf8());
        for (String field : List.of("uid", "resourceVersion")) {
            String actual = object.path("metadata").path(field).asText();
            String expected = options.path("preconditions").path(field).asText(actual);
            if (!actual.equals(expected)) {
                String name = field.equals("uid") ? "UID" : "ResourceVersion";
                return status(
                        409,
                        "Conflict",
                        "the %1$s in the precondition (%2$s) does not match the %1$s in record (%3$s)"
                                .formatted(name, expected, actual));
            }
        }
        boolean dryRun = !options.path("dryRun").isEmpty();
        return dryRun ? respond(object) : handleDelete(path);
    }

    /** Applies all operations or none, as RFC 6902 requires; the mock itself ignores tests. */
    private synchronized MockResponse patch(RecordedRequest request, String path) {
        MockResponse current = withReason(handleGet(path), path);
        if (current.code() != 200) {
            return current;
        }
        JsonNode object = json(current.getBody().readUtf8());
        return Patches.jsonPatch(json(request.getBody().readUtf8()), object)
                .map(patched -> store(request, path, patched))
                .orElseGet(
                        () -> status(422, "Invalid", "the server rejected our request due to an error in our request"));
    }

    /** JSON merge patch (RFC 7396), bound to the uid and version that it contains; the mock keeps nulls, and dry runs. */
    private synchronized MockResponse merge(RecordedRequest request, String path) {
        MockResponse current = withReason(handleGet(path), path);
        if (current.code() != 200) {
            return current;
        }
        ObjectNode object = (ObjectNode) json(current.getBody().readUtf8());
        ObjectNode patch = (ObjectNode) json(request.getBody().readUtf8());
        JsonNode before = object.path("metadata");
        JsonNode bound = patch.path("metadata");
        if (bound.has("uid") && !bound.path("uid").equals(before.path("uid"))) {
            return status(422, "Invalid", "metadata.uid: field is immutable");
        }
        if (bound.has("resourceVersion") && !bound.path("resourceVersion").equals(before.path("resourceVersion"))) {
            return status(
                    409, "Conflict", "the object has been modified; please apply your changes to the latest version");
        }
        if (patch.at("/metadata/annotations").has("falco-response/probe")) {
            return inForce(before.path("resourceVersion").asText());
        }
        Patches.merge(patch, object);
        Patches.noteTime(object, patch);
        return store(request, path, object);
    }

    /** No policy is evaluated here: this is what those of restrict-access would say. */
    private static MockResponse inForce(String version) {
        return status(
                        403,
                        "Forbidden",
                        "ValidatingAdmissionPolicy 'falco-response-restrict-access' denied request: restrictions are in force")
                .addHeader("Warning", "299 - \"'falco-response-restrictions-seen': in force: " + version + "\"");
    }

    private synchronized MockResponse tryCreation(RecordedRequest request, String collection) {
        JsonNode object = json(request.getBody().readUtf8());
        String path = collection + "/" + object.at("/metadata/name").asText();
        return handleGet(path).code() == 200
                ? status(409, "AlreadyExists", path + " already exists")
                : new MockResponse().setResponseCode(201).setBody(object.toString());
    }

    /** Server-side apply of a whole object: an existing object keeps its uid and gets the new labels and spec. */
    private synchronized MockResponse apply(RecordedRequest request, String path) {
        ObjectNode applied = (ObjectNode) json(request.getBody().readUtf8());
        MockResponse current = handleGet(path);
        if (current.code() == 200) {
            ObjectNode object = (ObjectNode) json(current.getBody().readUtf8());
            object.withObject("/metadata").set("labels", applied.at("/metadata/labels"));
            object.set("spec", applied.path("spec"));
            return store(request, path, object);
        }
        String collection = path.replaceFirst("/[^/]+$", "");
        return isDryRun(request) ? respond(applied) : handleCreate(request(HttpMethod.POST, collection, applied));
    }

    private MockResponse store(RecordedRequest request, String path, JsonNode object) {
        return isDryRun(request) ? respond(object) : handleUpdate(request(HttpMethod.PUT, path, object));
    }

    private static boolean isDryRun(RecordedRequest request) {
        return request.getPath().contains("dryRun=All");
    }

    private static MockResponse respond(JsonNode object) {
        return new MockResponse().setResponseCode(200).setBody(object.toString());
    }

    private static RecordedRequest request(HttpMethod method, String path, JsonNode body) {
        Headers headers =
                Headers.builder().add("Content-Type", "application/json").build();
        return new RecordedRequest(
                "HTTP/1.1", method, path, headers, new Buffer(body.toString().getBytes(UTF_8)));
    }

    /** Allows everything, because there is no RBAC here. */
    private static MockResponse allowed(RecordedRequest request) {
        ObjectNode review = (ObjectNode) json(request.getBody().readUtf8());
        review.putObject("status").put("allowed", true);
        return new MockResponse().setResponseCode(201).setBody(review.toString());
    }

    private static MockResponse withReason(MockResponse response, String path) {
        boolean isWithoutReason = response.code() == 404
                && (response.getBody() == null || response.getBody().size() == 0);
        return isWithoutReason ? status(404, "NotFound", path + " not found") : response;
    }

    private static MockResponse status(int code, String reason, String message) {
        String body = Serialization.asJson(new StatusBuilder()
                .withStatus("Failure")
                .withCode(code)
                .withReason(reason)
                .withMessage(message)
                .build());
        return new MockResponse().setResponseCode(code).setBody(body);
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text.isEmpty() ? "{}" : text);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
