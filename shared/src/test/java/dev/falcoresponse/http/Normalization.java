package dev.falcoresponse.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.falcoresponse.Stub;
import dev.falcoresponse.action.Outcome.Rejected;
import dev.falcoresponse.pipeline.RefusedException;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RequestBody;
import io.vertx.ext.web.impl.RoutingContextInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/** One request on its way through the normaliser. */
final class Normalization {
    private final MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    private final List<Buffer> bodies = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private int passed;

    /** A request without headers. */
    static Normalization request() {
        return new Normalization();
    }

    /** A binary CloudEvent with the attributes that it must have. */
    static Normalization binary() {
        return request()
                .header("Content-Type", "application/json")
                .header("ce-specversion", "1.0")
                .header("ce-id", "ce-1")
                .header("ce-source", "https://falco.org")
                .header("ce-type", "falco.rule.output.v1");
    }

    static Normalization structured() {
        return request().header("Content-Type", "application/cloudevents+json");
    }

    Normalization header(String name, String value) {
        headers.add(name, value);
        return this;
    }

    Normalization without(String name) {
        headers.remove(name);
        return this;
    }

    /** The request with its body is normalised and passed on. */
    Normalization pass(String body) {
        send(Buffer.buffer(body));
        if (!failures.isEmpty()) {
            throw new AssertionError(failures.getFirst());
        }
        if (passed != 1) {
            throw new AssertionError("passed on " + passed + " times");
        }
        return this;
    }

    /** The request with its body is refused. */
    Rejected refuse(String body) {
        return refuse(Buffer.buffer(body));
    }

    Rejected refuse(Buffer body) {
        Throwable failure;
        try {
            send(body);
            failure = failures.getFirst();
        } catch (RefusedException e) {
            failure = e;
        }
        if (passed > 0 || !(failure instanceof RefusedException refused) || refused.isRecorded()) {
            throw new AssertionError("not refused", failure);
        }
        return (Rejected) refused.outcome();
    }

    /** A header as it was passed on. */
    Optional<String> header(String name) {
        List<String> values = headers.getAll(name);
        if (values.size() > 1) {
            throw new AssertionError(name + " is passed on twice");
        }
        return values.stream().findFirst();
    }

    List<String> headerNames() {
        return headers.names().stream().sorted().toList();
    }

    String body() {
        return bodies.getLast().toString(UTF_8);
    }

    private void send(Buffer body) {
        RequestBody received = Stub.of(RequestBody.class, Map.of("buffer", _ -> body));
        HttpServerRequest request = Stub.of(HttpServerRequest.class, Map.of("headers", _ -> headers));
        Vertx vertx = Stub.of(Vertx.class, Map.of("executeBlocking", Normalization::atOnce));
        CloudEventNormalizer.normalize(
                Stub.of(
                        RoutingContextInternal.class,
                        Map.of(
                                "body",
                                _ -> received,
                                "request",
                                _ -> request,
                                "vertx",
                                _ -> vertx,
                                "setBody",
                                this::setBody,
                                "next",
                                this::next,
                                "fail",
                                this::fail)),
                false);
    }

    private static Object atOnce(Object... arguments) {
        try {
            return Future.succeededFuture(((Callable<?>) arguments[0]).call());
        } catch (Exception e) {
            return Future.failedFuture(e);
        }
    }

    private Object setBody(Object... arguments) {
        return bodies.add((Buffer) arguments[0]);
    }

    private Object next(Object... arguments) {
        return ++passed;
    }

    private Object fail(Object... arguments) {
        return failures.add((Throwable) arguments[0]);
    }
}
