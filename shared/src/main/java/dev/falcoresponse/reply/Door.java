package dev.falcoresponse.reply;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.falcoresponse.Outcome;
import dev.falcoresponse.Outcome.Failed;
import dev.falcoresponse.Outcome.Rejected;
import dev.falcoresponse.Reason;
import dev.falcoresponse.Responder;
import dev.falcoresponse.caller.Callers;
import dev.falcoresponse.caller.Callers.Verdict;
import dev.falcoresponse.event.Delivery;
import dev.falcoresponse.event.Delivery.Form;
import dev.falcoresponse.reply.Load.Place;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.quarkus.vertx.http.runtime.RouteConstants;
import io.vertx.core.AsyncResult;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/**
 * The HTTP door in front of Funqy, which ignores the method, half of CloudEvents' rules, and answers 500 to what it
 * cannot bind: whatever a request looks like, Funqy sees the same harmless binary event, and the answer is ours.
 */
@ApplicationScoped
public class Door {
    private static final Logger LOG = Logger.getLogger(Door.class);
    private static final int BEFORE_BODY = RouteConstants.ROUTE_ORDER_BODY_HANDLER - 1;
    private static final int BEFORE_FUNQY = -10;
    private static final Pattern OF_QUARKUS = Pattern.compile("/[_q]/[a-z/-]*");
    private static final String PREFIX = "ce-";
    private static final List<String> REQUIRED = List.of("ce-specversion", "ce-id", "ce-source", "ce-type");
    private static final String WRONG_TYPE =
            "The content type is neither application/json nor application/cloudevents+json";
    private static final String DELIVERY = Door.class.getName() + ".delivery";
    private static final String PLACE = Door.class.getName() + ".place";
    private static final String DEADLINE = Door.class.getName() + ".deadline";

    /** How long a caller may take to send what it has announced: a broker takes milliseconds. */
    private static final Duration TO_READ = Duration.ofSeconds(10);

    private static final Outcome OVERLOADED = new Failed(
            Reason.UNAVAILABLE, "Too many alerts are under way just now", Optional.of(Duration.ofSeconds(1)));
    private static final Outcome UNCHECKED = new Failed(Reason.UNAVAILABLE, "Who calls cannot be checked just now");

    private final Responder responder;
    private final Callers callers;
    private final CurrentVertxRequest current;
    private final Load load = new Load(Runtime.getRuntime().maxMemory());

    Door(Responder responder, Callers callers, CurrentVertxRequest current) {
        this.responder = responder;
        this.callers = callers;
        this.current = current;
    }

    /** What every function does: answers the request that is being handled, and returns the body for it. */
    public byte[] answer(byte[] body) {
        RoutingContext request = current.getCurrent();
        try {
            Reply reply = responder.respond(request.<Head>get(DELIVERY).with(body));
            // Funqy writes headers of its own until the very end
            request.addHeadersEndHandler(_ -> writeHead(request, reply));
            return reply.body();
        } finally {
            request.<Place>get(PLACE).leave();
        }
    }

    /** What is known of a delivery before its body. */
    private record Head(Form form, Map<String, String> attributes) {
        Delivery with(byte[] body) {
            return new Delivery(form, attributes, body);
        }
    }

    void open(@Observes Router router) {
        router.route().order(BEFORE_BODY).handler(this::enter);
        router.route().order(BEFORE_FUNQY).handler(this::receive).failureHandler(this::fail);
    }

    /** Before its body is read, a request has to have a place, and a caller who may call. */
    private void enter(RoutingContext request) {
        if (isOfQuarkus(request)) {
            look(request);
            return;
        }
        Optional<Place> entered = load.enter(length(request.request().headers()));
        if (entered.isEmpty()) {
            refuseUnread(request, OVERLOADED);
            return;
        }
        Place place = entered.get();
        request.put(PLACE, place);
        long deadline = request.vertx().setTimer(TO_READ.toMillis(), _ -> giveUp(request));
        request.put(DEADLINE, deadline);
        request.addEndHandler(_ -> {
            request.vertx().cancelTimer(deadline);
            place.leave();
        });
        if (callers.matter()) {
            judge(request, place);
        } else {
            route(request);
        }
    }

    /** The connection goes, unless it is of a protocol that has other requests on it. */
    private static void giveUp(RoutingContext request) {
        if (request.request().version() == HttpVersion.HTTP_2) {
            request.response().reset();
        } else {
            request.request().connection().close();
        }
    }

    /** Not on the event loop: a file is read, or the issuer asked. Whoever has gone meanwhile is not waited for. */
    private void judge(RoutingContext request, Place place) {
        if (!place.work()) {
            return;
        }
        request.request().pause();
        List<String> authorizations = request.request().headers().getAll(HttpHeaders.AUTHORIZATION);
        request.vertx()
                .executeBlocking(() -> callers.judge(authorizations), false)
                .onComplete(judged -> {
                    place.leave();
                    if (!request.response().closed()) {
                        judged(request, judged);
                    }
                });
    }

    /** Health and metrics are only looked at: nobody reads a body for them. */
    private static void look(RoutingContext request) {
        HttpMethod method = request.request().method();
        MultiMap headers = request.request().headers();
        if ((method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD))
                && length(headers) <= 0
                && !headers.contains(HttpHeaders.TRANSFER_ENCODING)) {
            request.next();
        } else {
            request.request().resume();
            request.response()
                    .setStatusCode(405)
                    .putHeader("Allow", "GET, HEAD")
                    .end();
        }
    }

    /** As it was written, in the letters that Quarkus' paths have: no dots or escapes that come out as another path. */
    private static boolean isOfQuarkus(RoutingContext request) {
        return OF_QUARKUS.matcher(request.request().path()).matches();
    }

    /** As it is announced; negative when it is not. */
    private static long length(MultiMap headers) {
        String length = headers.get(HttpHeaders.CONTENT_LENGTH);
        return length != null && length.matches("\\d{1,18}") ? Long.parseLong(length) : -1;
    }

    /** Whoever may not call learns nothing else. */
    private void judged(RoutingContext request, AsyncResult<Verdict> judged) {
        if (judged.failed()) {
            LOG.errorf("Nobody is let in: who calls cannot be checked (%s)", judged.cause());
            refuseUnread(request, UNCHECKED);
            return;
        }
        switch (judged.result()) {
            case ADMITTED -> {
                request.request().resume();
                route(request);
            }
            case UNKNOWN -> refuseUnread(request, new Rejected(401, "The caller's token is missing or wrong"));
            case FORBIDDEN -> refuseUnread(request, new Rejected(403, "The caller's token is for someone else"));
        }
    }

    private void route(RoutingContext request) {
        if (!request.request().path().equals("/")) {
            // as it was written: what only comes out as "/" was made to get past somebody
            request.request().resume();
            request.response().setStatusCode(404).end();
        } else if (!request.request().method().equals(HttpMethod.POST)) {
            request.response().putHeader("Allow", "POST");
            refuseUnread(request, new Rejected(405, "Only POST is answered here"));
        } else {
            request.next();
        }
    }

    private void receive(RoutingContext request) {
        if (isOfQuarkus(request)) {
            request.next();
            return;
        }
        Place place = request.get(PLACE);
        request.vertx().cancelTimer(request.<Long>get(DEADLINE));
        MultiMap headers = request.request().headers();
        String encoding = headers.get(HttpHeaders.CONTENT_ENCODING);
        Optional<Form> form = form(headers);
        boolean binary = form.equals(Optional.of(Form.BINARY));
        if (form.isEmpty()) {
            reject(request, 415, WRONG_TYPE);
        } else if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            reject(request, 415, "The content is encoded; only plain bytes are read");
        } else if (binary
                && REQUIRED.stream().anyMatch(name -> headers.getAll(name).size() > 1)) {
            reject(request, 400, "A CloudEvents header is given twice");
        } else if (request.body().length() <= 0) {
            reject(request, 400, "The body is empty");
        } else if (!place.holds(request.body().length()) || !place.work()) {
            refuse(request, OVERLOADED);
        } else {
            request.put(DELIVERY, new Head(form.get(), binary ? attributes(headers) : Map.of()));
            disguise(headers);
            request.next();
        }
    }

    /** How the event is packed; empty when this is no media type for one. */
    private static Optional<Form> form(MultiMap headers) {
        String mediaType = mediaType(headers);
        if (mediaType.equals("application/cloudevents+json")) {
            return Optional.of(Form.STRUCTURED);
        }
        if (REQUIRED.stream().anyMatch(headers::contains)) {
            return isJson(mediaType) ? Optional.of(Form.BINARY) : Optional.empty();
        }
        return mediaType.equals("application/json") ? Optional.of(Form.PLAIN) : Optional.empty();
    }

    /** The media type without its parameters, in lower case. */
    private static String mediaType(MultiMap headers) {
        String type = headers.get(HttpHeaders.CONTENT_TYPE);
        return type == null ? "" : type.replaceFirst(";.*", "").strip().toLowerCase(Locale.ROOT);
    }

    /** CloudEvents lets a binary event leave the type out, and calls every {@code +json} JSON. */
    private static boolean isJson(String mediaType) {
        return mediaType.isEmpty()
                || mediaType.equals("application/json")
                || mediaType.equals("text/json")
                || (mediaType.endsWith("+json") && !mediaType.startsWith("application/cloudevents"));
    }

    private static Map<String, String> attributes(MultiMap headers) {
        Map<String, String> attributes = new HashMap<>();
        headers.forEach((name, value) -> {
            if (name.toLowerCase(Locale.ROOT).startsWith(PREFIX)) {
                attributes.put(name.substring(PREFIX.length()).toLowerCase(Locale.ROOT), utf8(value));
            }
        });
        return attributes;
    }

    /** Falcosidekick sends raw UTF-8, which the server reads as Latin-1. */
    private static String utf8(String header) {
        return new String(header.getBytes(ISO_8859_1), UTF_8).strip();
    }

    private static void disguise(MultiMap headers) {
        List.copyOf(headers.names()).stream()
                .filter(name -> name.toLowerCase(Locale.ROOT).matches("ce?(-.*)?"))
                .forEach(headers::remove);
        headers.set("ce-id", "-")
                .set("ce-specversion", "1.0")
                .set("ce-source", "-")
                .set("ce-type", "-");
        headers.set(HttpHeaders.CONTENT_TYPE, "application/octet-stream");
    }

    /** What the server refused while it read the body: over the limit, or a form that is none. */
    private void fail(RoutingContext request) {
        if (request.response().closed()) {
            return; // by the caller, or by us when the body did not come
        }
        if (request.statusCode() == 413) {
            reject(request, 413, "The body is larger than the limit");
        } else if (request.statusCode() == 400) {
            boolean typed = form(request.request().headers()).isPresent();
            reject(request, typed ? 400 : 415, typed ? "The body cannot be read" : WRONG_TYPE);
        } else {
            request.next();
        }
    }

    private void reject(RoutingContext request, int status, String message) {
        refuse(request, new Rejected(status, message));
    }

    /** What still comes of its body is thrown away as it comes. */
    private void refuseUnread(RoutingContext request, Outcome outcome) {
        request.request().resume();
        refuse(request, outcome);
    }

    private void refuse(RoutingContext request, Outcome outcome) {
        write(request, responder.refuse(outcome));
    }

    private static void write(RoutingContext request, Reply reply) {
        writeHead(request, reply);
        request.response().end(Buffer.buffer(reply.body()));
    }

    private static void writeHead(RoutingContext request, Reply reply) {
        MultiMap headers = request.response().setStatusCode(reply.status()).headers();
        List.copyOf(headers.names()).stream()
                .filter(name -> name.toLowerCase(Locale.ROOT).startsWith(PREFIX))
                .forEach(headers::remove);
        reply.headers().forEach(headers::set);
    }
}
