package dev.falcoresponse.http;

import dev.falcoresponse.action.Action;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.Outcome.Rejected;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.http.ConcurrencyLimit.Permit;
import dev.falcoresponse.pipeline.RefusedException;
import dev.falcoresponse.security.Callers;
import dev.falcoresponse.security.Callers.Verdict;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.RouteConstants;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Admits requests: within the limits, from callers who may call, as POST to {@code /}, in a form that can be read. */
@Singleton
final class RequestGate {
    private static final Logger LOG = Logger.getLogger(RequestGate.class);
    private static final int BEFORE_BODY = RouteConstants.ROUTE_ORDER_BODY_HANDLER - 1;
    private static final int BEFORE_FUNQY = -10;

    /** Probes and metrics; compared as written, since dots and escapes can stand for another path. */
    private static final Pattern PROBES = Pattern.compile("/[_q]/[a-z/-]*");

    private final Action<?> action;
    private final long maxBody;
    private final Callers callers;
    private final ProblemHandler problems;
    private final ConcurrencyLimit limit =
            new ConcurrencyLimit(Runtime.getRuntime().maxMemory());
    private final Map<HttpServerRequest, AdmittedRequest> admitted = new ConcurrentHashMap<>();

    RequestGate(
            Action<?> action,
            Callers callers,
            ProblemHandler problems,
            @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize maxBody) {
        this.action = action;
        this.maxBody = maxBody.asLongValue();
        this.callers = callers;
        this.problems = problems;
    }

    void register(@Observes Router router) {
        router.route().order(BEFORE_BODY).handler(this::admit).failureHandler(problems::answer);
        router.route("/").order(BEFORE_FUNQY).handler(this::receive);
    }

    /** Before the body is read. */
    private void admit(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (PROBES.matcher(request.path()).matches()) {
            probe(context);
            return;
        }
        Permit permit =
                limit.acquire(Math.min(length(request.headers()), maxBody)).orElseThrow(RefusedException::overloaded);
        AdmittedRequest admission = new AdmittedRequest(context, permit);
        admitted.put(request, admission);
        context.addEndHandler(_ -> admission.end());
        context.addBodyEndHandler(_ -> release(request, admission));
        admission.whenAbandoned(() -> release(request, admission));
        if (callers.areChecked() && !isOpen(request.headers())) {
            check(context);
        } else {
            route(context);
        }
    }

    /** Only for the binary form, whose type nothing later can change. */
    private boolean isOpen(MultiMap headers) {
        List<String> types = headers.getAll("ce-type");
        return types.size() == 1 && action.isOpenTo(types.getFirst()) && MediaType.of(headers) == MediaType.BINARY;
    }

    private void release(HttpServerRequest request, AdmittedRequest admission) {
        admitted.remove(request);
        admission.release();
    }

    /** Nobody reads a body for health and metrics. */
    private static void probe(RoutingContext context) {
        HttpMethod method = context.request().method();
        MultiMap headers = context.request().headers();
        if ((method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD))
                && length(headers) <= 0
                && !headers.contains(HttpHeaders.TRANSFER_ENCODING)) {
            context.next();
        } else {
            context.request().resume();
            context.response()
                    .setStatusCode(405)
                    .putHeader("Allow", "GET, HEAD")
                    .end();
        }
    }

    /** The announced length of the body; negative when it is not announced. */
    private static long length(MultiMap headers) {
        String length = headers.get(HttpHeaders.CONTENT_LENGTH);
        return length != null && length.matches("\\d{1,18}") ? Long.parseLong(length) : -1;
    }

    /** On a worker thread: a file is read, or the API server is asked. */
    private void check(RoutingContext context) {
        context.request().pause();
        List<String> authorizations = context.request().headers().getAll(HttpHeaders.AUTHORIZATION);
        context.vertx()
                .executeBlocking(() -> verdict(authorizations), false)
                .onSuccess(refusal -> {
                    if (refusal.isPresent()) {
                        context.fail(RefusedException.before(refusal.get()));
                    } else if (!context.response().closed()) {
                        context.request().resume();
                        orFail(context, this::route);
                    }
                })
                .onFailure(context::fail);
    }

    /** An unknown caller learns nothing else. */
    private Optional<Outcome> verdict(List<String> authorizations) {
        try {
            Verdict verdict = callers.judge(authorizations);
            return switch (verdict) {
                case ADMITTED -> Optional.empty();
                case UNAUTHENTICATED ->
                    Optional.of(
                            new Rejected(401, Reason.UNAUTHENTICATED, "The caller's token is missing or not valid"));
                case NOT_ALLOWED ->
                    Optional.of(new Rejected(
                            403, Reason.NOT_ALLOWED, "The caller's user is not in RESPONSE_OIDC_SUBJECTS"));
            };
        } catch (Exception e) {
            LOG.errorf("Nobody is admitted: callers cannot be checked (%s)", e);
            return Optional.of(Failed.retryable(Reason.UNAVAILABLE, "Callers cannot be checked at the moment"));
        }
    }

    /** Outside a handler of the router, nobody catches a refusal. */
    private static void orFail(RoutingContext context, Consumer<RoutingContext> step) {
        try {
            step.accept(context);
        } catch (RefusedException e) {
            context.fail(e);
        }
    }

    private void route(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (!request.path().equals("/")) {
            request.resume();
            context.response().setStatusCode(404).end();
        } else if (!request.method().equals(HttpMethod.POST)) {
            throw RefusedException.rejected(405, Reason.UNREADABLE, "Only POST is answered here");
        } else {
            pass(context);
        }
    }

    private void pass(RoutingContext context) {
        if (action.takesUnreadable()) {
            admission(context).reads(FirstKibibyte.read(context, maxBody));
        } else {
            MediaType.of(context.request().headers());
        }
        context.next();
    }

    private AdmittedRequest admission(RoutingContext context) {
        return Optional.ofNullable(admitted.get(context.request())).orElseThrow(RefusedException::overloaded);
    }

    /** After the server has read the body, or while it arrives. */
    private void receive(RoutingContext context) {
        Optional<Future<Buffer>> reading = admission(context).reading();
        if (reading.isEmpty()) {
            received(context);
            return;
        }
        reading.get()
                .onSuccess(body -> {
                    ((RoutingContextInternal) context).setBody(body);
                    orFail(context, this::received);
                })
                .onFailure(context::fail);
    }

    private void received(RoutingContext context) {
        if (!admission(context).received(context.body().length())) {
            throw RefusedException.overloaded();
        }
        CloudEventNormalizer.normalize(context, action.takesUnreadable());
    }
}
