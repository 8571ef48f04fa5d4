package dev.falcoresponse.playground.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.io.UncheckedIOException;
import java.util.Objects;

/**
 * The client's mock, corrected where it lies: it ignores preconditions and dry run, knows no eviction and no access
 * review, and answers a 404 without saying of what. What it is asked beyond that it answers as it always does.
 */
final class TruthfulDispatcher extends KubernetesCrudDispatcher {
    private static final ObjectMapper JSON = new ObjectMapper();
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
        String uid =
                json(current.getBody().readUtf8()).path("metadata").path("uid").asText();
        String expected = options.path("preconditions").path("uid").asText(uid);
        if (!Objects.equals(uid, expected)) {
            return status(
                    409,
                    "Conflict",
                    "the UID in the precondition (%s) does not match the UID in record (%s)".formatted(expected, uid));
        }
        boolean dryRun = !options.path("dryRun").isEmpty();
        return dryRun ? current : handleDelete(path);
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
