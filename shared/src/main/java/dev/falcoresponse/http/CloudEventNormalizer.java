package dev.falcoresponse.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.falcoresponse.action.Outcome.Rejected;
import dev.falcoresponse.event.FalcoAlerts;
import dev.falcoresponse.pipeline.RefusedException;
import io.cloudevents.CloudEvent;
import io.cloudevents.CloudEventData;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/**
 * Turns an event of any form into one binary CloudEvent with JSON data: the same request, with other headers and body. What
 * the CloudEvents SDK refuses, and what it lets pass although the specification forbids it, is refused.
 */
final class CloudEventNormalizer {
    private static final Logger LOG = Logger.getLogger(CloudEventNormalizer.class);
    private static final String PREFIX = "ce-";
    private static final Pattern ATTRIBUTE = Pattern.compile("[a-z0-9]{1,64}");
    private static final int MAX_TEXT = 1024;

    /** Headers that Funqy could take for attributes. */
    private static final Pattern FUNQY = Pattern.compile("ce?(-.*)?", Pattern.CASE_INSENSITIVE);

    /** Type and source of an event that gives none. */
    private static final String UNREADABLE = "unreadable";

    /** Attributes of the form, which the normalised event has of its own. */
    private static final Set<String> OF_THE_FORM = Set.of("specversion", "datacontenttype");

    private static final byte[] NO_DATA = "null".getBytes(UTF_8);

    private CloudEventNormalizer() {}

    /**
     * Normalises the request and passes it on.
     *
     * @param takesUnreadable whether an event that cannot be read is passed on too, with the attributes that can
     */
    static void normalize(RoutingContext context, boolean takesUnreadable) {
        Buffer body = Objects.requireNonNullElseGet(context.body().buffer(), Buffer::buffer);
        try {
            normalize(context, body, takesUnreadable);
        } catch (RefusedException e) {
            if (!takesUnreadable) {
                throw e;
            }
            passUnreadable(context, body);
        }
    }

    /** Structured JSON is parsed on a worker thread. */
    private static void normalize(RoutingContext context, Buffer body, boolean takesUnreadable) {
        MultiMap headers = context.request().headers();
        MediaType form = MediaType.of(headers);
        if (body.length() == 0 && form != MediaType.BINARY) {
            throw unreadable("The body is empty");
        }
        switch (form) {
            case BINARY -> pass(context, binary(headers), body.length() == 0 ? Buffer.buffer(NO_DATA) : body);
            case PLAIN -> pass(context, plain(body.getBytes()), body);
            case STRUCTURED ->
                context.vertx()
                        .executeBlocking(() -> validated(StructuredEvents.read(body.getBytes())), false)
                        .onSuccess(event -> pass(context, event, data(event)))
                        .onFailure(failure -> {
                            if (takesUnreadable && failure instanceof RefusedException) {
                                passUnreadable(context, body);
                            } else {
                                context.fail(failure);
                            }
                        });
        }
    }

    private static void passUnreadable(RoutingContext context, Buffer body) {
        byte[] data = body.length() == 0 ? NO_DATA : body.getBytes();
        CloudEventBuilder builder = CloudEventBuilder.v1()
                .withId(UUID.nameUUIDFromBytes(data).toString())
                .withType(UNREADABLE)
                .withSource(URI.create(UNREADABLE));
        for (Map.Entry<String, String> header : context.request().headers()) {
            String name = header.getKey().toLowerCase(Locale.ROOT).replaceFirst("^" + PREFIX, "");
            String value = HeaderText.decode(header.getValue());
            boolean isAttribute = name.length() < header.getKey().length()
                    && ATTRIBUTE.matcher(name).matches()
                    && !OF_THE_FORM.contains(name);
            if (isAttribute && !value.isBlank() && value.length() <= MAX_TEXT) {
                setIfValid(builder, name, value);
            }
        }
        pass(context, builder.build(), Buffer.buffer(data));
    }

    private static void setIfValid(CloudEventBuilder builder, String name, String value) {
        try {
            builder.withContextAttribute(name, value);
        } catch (RuntimeException e) {
            LOG.debugf("%s has no valid value: it is left out", name);
        }
    }

    private static CloudEvent binary(MultiMap headers) {
        CloudEventBuilder builder = CloudEventBuilder.v1();
        Set<String> names = new HashSet<>();
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.startsWith(PREFIX)
                    && ATTRIBUTE.matcher(name.substring(PREFIX.length())).matches()) {
                if (!names.add(name)) {
                    throw unreadable("The header " + name + " is given twice");
                }
                attribute(builder, name.substring(PREFIX.length()), HeaderText.decode(header.getValue()));
            }
        }
        if (!names.contains("ce-specversion")) {
            throw unreadable("specversion is missing");
        }
        return validated(build(builder));
    }

    private static void attribute(CloudEventBuilder builder, String name, String value) {
        switch (name) {
            case "specversion" -> {
                if (!value.equals("1.0")) {
                    throw unreadable("specversion is not 1.0");
                }
            }
            case "datacontenttype" -> {} // the content type has told it
            default -> set(builder, name, value);
        }
    }

    private static void set(CloudEventBuilder builder, String name, String value) {
        try {
            builder.withContextAttribute(name, value);
        } catch (RuntimeException e) {
            throw unreadable(name + " has no valid value");
        }
    }

    private static CloudEvent build(CloudEventBuilder builder) {
        try {
            return builder.build();
        } catch (RuntimeException e) {
            throw unreadable("The CloudEvent is not complete: " + e.getMessage());
        }
    }

    /** Plain JSON has no id: that of the same bytes is the same on every delivery. */
    private static CloudEvent plain(byte[] body) {
        return CloudEventBuilder.v1()
                .withId(UUID.nameUUIDFromBytes(body).toString())
                .withType(FalcoAlerts.TYPE)
                .withSource(URI.create("https://falco.org"))
                .build();
    }

    /** What the SDK does not check. */
    private static CloudEvent validated(CloudEvent event) {
        if (!event.getSpecVersion().toString().equals("1.0")) {
            throw unreadable("specversion is not 1.0");
        }
        for (String name : List.of("id", "source", "type")) {
            String value = String.valueOf(event.getAttribute(name));
            if (value.isBlank() || value.length() > MAX_TEXT) {
                throw unreadable(name + " is empty, or longer than " + MAX_TEXT + " characters");
            }
        }
        return event;
    }

    private static Buffer data(CloudEvent event) {
        return Buffer.buffer(Optional.ofNullable(event.getData())
                .map(CloudEventData::toBytes)
                .filter(data -> data.length > 0)
                .orElse(NO_DATA));
    }

    private static void pass(RoutingContext context, CloudEvent event, Buffer data) {
        MultiMap headers = context.request().headers();
        List.copyOf(headers.names()).stream()
                .filter(name -> FUNQY.matcher(name).matches())
                .forEach(headers::remove);
        event.getAttributeNames().forEach(name -> set(headers, name, event.getAttribute(name)));
        event.getExtensionNames().forEach(name -> set(headers, name, event.getExtension(name)));
        headers.remove("ce-datacontenttype").set(HttpHeaders.CONTENT_TYPE, "application/json");
        ((RoutingContextInternal) context).setBody(data); // there is no public way to replace a body
        context.next();
    }

    private static void set(MultiMap headers, String name, Object value) {
        headers.set(PREFIX + name, HeaderText.encode(String.valueOf(value)));
    }

    private static RefusedException unreadable(String message) {
        return RefusedException.before(Rejected.unreadable(message));
    }
}
