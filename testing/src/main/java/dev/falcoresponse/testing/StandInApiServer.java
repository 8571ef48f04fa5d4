package dev.falcoresponse.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An HTTPS server that gives a plausible answer to every API call of a function: it serves to train the AOT cache, not to test.
 * It depends on the JDK only.
 */
final class StandInApiServer implements AutoCloseable {
    private static final Pattern POD = Pattern.compile(".*/namespaces/([^/]+)/pods/([^/?]+)(/log)?.*");
    private static final Pattern NAMED =
            Pattern.compile("/(?:api|apis/[^/]+)/v[^/]+/(?:namespaces/[^/]+/)?[^/]+/[^/]+");

    /** What must be installed for restrict-access. */
    private static final Map<String, String> RESTRICTIONS = Map.of(
            "GET /apis/falco-response.io/v1",
            "{\"kind\":\"APIResourceList\",\"resources\":[{\"name\":\"accessrestrictions\"}]}",
            "PATCH /apis/falco-response.io/v1/accessrestrictions/falco-response",
            "{\"kind\":\"AccessRestrictions\",\"metadata\":{\"resourceVersion\":\"1\"}}",
            "GET /apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/falco-response-restrict-access",
            "{\"kind\":\"ValidatingAdmissionPolicyBinding\"," + "\"spec\":{\"validationActions\":[\"Deny\"]}}");

    private final HttpsServer server;
    private final String certificate;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private StandInApiServer(HttpsServer server, String certificate) {
        this.server = server;
        this.certificate = certificate;
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    static StandInApiServer start() throws IOException {
        SelfSigned selfSigned = SelfSigned.create();
        return new StandInApiServer(selfSigned.server(), selfSigned.certificate());
    }

    /** Access to this server. */
    KubeAccess access() {
        return new KubeAccess("https://127.0.0.1:" + server.getAddress().getPort(), certificate, "token");
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            String path = exchange.getRequestURI().getPath();
            String answer =
                    body.contains("falco-response/probe") ? REFUSED : answer(exchange.getRequestMethod(), path, body);
            byte[] bytes = answer.getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.getResponseHeaders().set("Warning", "299 - \"'falco-response-restrictions-seen': in force: 1\"");
            exchange.sendResponseHeaders(status(answer), bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private static final String NOT_FOUND =
            "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"reason\":\"NotFound\",\"code\":404}";

    private static final String REFUSED =
            "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"reason\":\"Forbidden\",\"code\":403,"
                    + "\"message\":\"'falco-response-restrict-access' denied request: restrictions are in force\"}";

    private static int status(String answer) {
        return switch (answer) {
            case NOT_FOUND -> 404;
            case REFUSED -> 403;
            default -> 200;
        };
    }

    private static String answer(String method, String path, String body) {
        Matcher pod = POD.matcher(path);
        if (path.endsWith("selfsubjectaccessreviews")) {
            return "{\"kind\":\"SelfSubjectAccessReview\",\"apiVersion\":\"authorization.k8s.io/v1\",\"spec\":{},"
                    + "\"status\":{\"allowed\":true}}";
        }
        if (RESTRICTIONS.containsKey(method + " " + path)) {
            return RESTRICTIONS.getOrDefault(method + " " + path, "");
        }
        if (pod.matches() && (method.equals("GET") || method.equals("PATCH"))) {
            return pod.group(3) == null ? pod(pod.group(1), pod.group(2)) : "2026-01-01T00:00:00Z a line\n".repeat(100);
        }
        return switch (method) {
            case "GET" ->
                NAMED.matcher(path).matches() ? NOT_FOUND : "{\"kind\":\"List\",\"apiVersion\":\"v1\",\"items\":[]}";
            case "DELETE" -> "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Success\"}";
            default -> body;
        };
    }

    /** A pod that matches the recorded alert about a shell. */
    private static String pod(String namespace, String name) {
        return """
                {"kind":"Pod","apiVersion":"v1","metadata":{"name":"%2$s","namespace":"%1$s","uid":"%2$s",
                 "resourceVersion":"1","creationTimestamp":"2026-01-01T00:00:00Z","labels":{"app":"web"}},
                 "spec":{"nodeName":"node-1","containers":[{"name":"web","image":"nginx"}]},
                 "status":{"phase":"Running","podIP":"10.0.0.1","containerStatuses":[{"name":"web","image":"nginx",
                 "containerID":"containerd://3ad7b26ded6d%3$s","ready":true,"restartCount":0,
                 "state":{"running":{"startedAt":"2026-01-01T00:00:00Z"}}}]}}
                """.formatted(namespace, name, "0".repeat(52));
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }
}
