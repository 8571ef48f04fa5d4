package dev.falcoresponse.playground.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.dsl.HttpMethod;
import io.fabric8.mockwebserver.http.Buffer;
import io.fabric8.mockwebserver.http.Headers;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.fabric8.zjsonpatch.JsonPatch;
import java.io.UncheckedIOException;
import java.util.Objects;

/**
 * The client's mock, corrected where it lies: it ignores preconditions, tests and dry run, knows no eviction, no access
 * review and no server-side apply, and answers a 404 without saying of what. What it is asked beyond that it answers as it always does.
 */
final class TruthfulDispatcher extends KubernetesCrudDispatcher {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Nothing runs here: every container has said the same. */
    private static final String LOG = "2026-11-24T03:00:00.000000000Z GET / 200\n";

    private static final String EVICTION = "/eviction";
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
        if (method.equals("GET") && path.endsWith("/log")) {
            return new MockResponse().setResponseCode(200).setBody(LOG);
        }
        if (method.equals("DELETE")) {
            return delete(path, json(request.getBody().readUtf8()));
        }
        return withReason(super.dispatch(request), path);
    }

    /** One at a time: between the look at the uid and the blow nobody else may come in. */
    private synchronized MockResponse delete(String path, JsonNode options) {
        MockResponse current = withReason(handleGet(path), path);
        if (current.code() != 200) {
            return current;
        }
        JsonNode pod = json(current.getBody().readUtf8());
        String uid = pod.path("metadata").path("uid").asText();
        String expected = options.path("preconditions").path("uid").asText(uid);
        if (!Objects.equals(uid, expected)) {
            return status(
                    409,
                    "Conflict",
                    "the UID in the precondition (%s) does not match the UID in record (%s)".formatted(expected, uid));
        }
        boolean dryRun = !options.path("dryRun").isEmpty();
        return dryRun ? answer(pod) : handleDelete(path);
    }

    /** All of it or none, as RFC 6902 says: the mock does not look at tests. */
    private synchronized MockResponse patch(RecordedRequest request, String path) {
        MockResponse current = withReason(handleGet(path), path);
        if (current.code() != 200) {
            return current;
        }
        JsonNode object = json(current.getBody().readUtf8());
        ArrayNode changes = JSON.createArrayNode();
        for (JsonNode operation : json(request.getBody().readUtf8())) {
            if (!operation.path("op").asText().equals("test")) {
                changes.add(operation);
            } else if (!holds(operation, object)) {
                return status(422, "Invalid", "the server rejected our request due to an error in our request");
            }
        }
        return store(request, path, JsonPatch.apply(changes, object));
    }

    private static boolean holds(JsonNode test, JsonNode object) {
        JsonNode found = object.at(test.path("path").asText());
        JsonNode expected = test.path("value");
        return expected.isNull() ? found.isMissingNode() || found.isNull() : found.equals(expected);
    }

    /** Server-side apply of whole objects: what is there keeps its identity, and gets the labels and the spec. */
    private synchronized MockResponse apply(RecordedRequest request, String path) {
        ObjectNode wanted = (ObjectNode) json(request.getBody().readUtf8());
        MockResponse current = handleGet(path);
        if (current.code() == 200) {
            ObjectNode object = (ObjectNode) json(current.getBody().readUtf8());
            object.withObject("/metadata").set("labels", wanted.at("/metadata/labels"));
            object.set("spec", wanted.path("spec"));
            return store(request, path, object);
        }
        String kind = path.replaceFirst("/[^/]+$", "");
        return isDryRun(request) ? answer(wanted) : handleCreate(request(HttpMethod.POST, kind, wanted));
    }

    private MockResponse store(RecordedRequest request, String path, JsonNode object) {
        return isDryRun(request) ? answer(object) : handleUpdate(request(HttpMethod.PUT, path, object));
    }

    private static boolean isDryRun(RecordedRequest request) {
        return request.getPath().contains("dryRun=All");
    }

    private static MockResponse answer(JsonNode object) {
        return new MockResponse().setResponseCode(200).setBody(object.toString());
    }

    private static RecordedRequest request(HttpMethod method, String path, JsonNode body) {
        Headers headers =
                Headers.builder().add("Content-Type", "application/json").build();
        return new RecordedRequest(
                "HTTP/1.1", method, path, headers, new Buffer(body.toString().getBytes(UTF_8)));
    }

    /** Everything is allowed: there is no RBAC here. */
    private static MockResponse allowed(RecordedRequest request) {
        ObjectNode review = (ObjectNode) json(request.getBody().readUtf8());
        review.putObject("status").put("allowed", true);
        return new MockResponse().setResponseCode(201).setBody(review.toString());
    }

    private static MockResponse withReason(MockResponse response, String path) {
        boolean bare = response.code() == 404
                && (response.getBody() == null || response.getBody().size() == 0);
        return bare ? status(404, "NotFound", path + " not found") : response;
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
