package dev.falcoresponse.http;

import dev.falcoresponse.event.FalcoAlerts;
import dev.falcoresponse.pipeline.RefusedException;
import io.cloudevents.CloudEvent;
import io.cloudevents.CloudEventData;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.vertx.core.Future;
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

    private CloudEventNormalizer() {}

    /** An event of any form, and its data. */
    private record Normalized(CloudEvent event, Buffer data) {}

    /**
     * Normalises the request and passes it on.
     *
     * @param takesUnreadable whether an event that cannot be read is passed on too, with the attributes that can
     */
    static void normalize(RoutingContext context, boolean takesUnreadable) {
        Buffer body = Objects.requireNonNullElseGet(context.body().buffer(), Buffer::buffer);
        read(context, body)
                .recover(failure -> takesUnreadable && failure instanceof RefusedException
                        ? Future.succeededFuture(unreadable(context.request().headers(), body))
                        : Future.failedFuture(failure))
                .onSuccess(event -> pass(context, event))
                .onFailure(context::fail);
    }

    /** Structured JSON is parsed on a worker thread. */
    private static Future<Normalized> read(RoutingContext context, Buffer body) {
        MultiMap headers = context.request().headers();
        try {
            MediaType form = MediaType.of(headers);
            if (body.length() == 0 && form != MediaType.BINARY) {
                throw RefusedException.unreadable("The body is empty");
            }
            return switch (form) {
                case BINARY -> Future.succeededFuture(new Normalized(binary(headers), orNull(body)));
                case PLAIN -> Future.succeededFuture(new Normalized(plain(body.getBytes()), body));
                case STRUCTURED -> context.vertx().executeBlocking(() -> structured(body.getBytes()), false);
            };
        } catch (RefusedException e) {
            return Future.failedFuture(e);
        }
    }

    /** The attributes that can be read, and the data as it came. */
    private static Normalized unreadable(MultiMap headers, Buffer body) {
        Buffer data = orNull(body);
        CloudEventBuilder builder = CloudEventBuilder.v1()
                .withId(UUID.nameUUIDFromBytes(data.getBytes()).toString())
                .withType(UNREADABLE)
                .withSource(URI.create(UNREADABLE));
        for (Map.Entry<String, String> header : headers) {
            String value = HeaderText.decode(header.getValue());
            attributeName(header.getKey())
                    .filter(name -> !OF_THE_FORM.contains(name) && !value.isBlank() && value.length() <= MAX_TEXT)
                    .ifPresent(name -> setIfValid(builder, name, value));
        }
        return new Normalized(builder.build(), data);
    }

    private static void setIfValid(CloudEventBuilder builder, String name, String value) {
        try {
            set(builder, name, value);
        } catch (RefusedException e) {
            LOG.debugf("%s is left out", name);
        }
    }

    /** The attribute that a header stands for; empty for other headers. */
    private static Optional<String> attributeName(String header) {
        String name = header.toLowerCase(Locale.ROOT);
        return name.startsWith(PREFIX)
                        && ATTRIBUTE.matcher(name.substring(PREFIX.length())).matches()
                ? Optional.of(name.substring(PREFIX.length()))
                : Optional.empty();
    }

    private static CloudEvent binary(MultiMap headers) {
        CloudEventBuilder builder = CloudEventBuilder.v1();
        Set<String> names = new HashSet<>();
        for (Map.Entry<String, String> header : headers) {
            attributeName(header.getKey()).ifPresent(name -> {
                if (!names.add(name)) {
                    throw RefusedException.unreadable("The header " + PREFIX + name + " is given twice");
                }
                attribute(builder, name, HeaderText.decode(header.getValue()));
            });
        }
        if (!names.contains("specversion")) {
            throw RefusedException.unreadable("specversion is missing");
        }
        return validated(build(builder));
    }

    private static void attribute(CloudEventBuilder builder, String name, String value) {
        switch (name) {
            case "specversion" -> {
                if (!value.equals("1.0")) {
                    throw RefusedException.unreadable("specversion is not 1.0");
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
            throw RefusedException.unreadable(name + " has no valid value");
        }
    }

    private static CloudEvent build(CloudEventBuilder builder) {
        try {
            return builder.build();
        } catch (RuntimeException e) {
            throw RefusedException.unreadable("The CloudEvent is not complete: " + e.getMessage());
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
            throw RefusedException.unreadable("specversion is not 1.0");
        }
        for (String name : List.of("id", "source", "type")) {
            String value = String.valueOf(event.getAttribute(name));
            if (value.isBlank() || value.length() > MAX_TEXT) {
                throw RefusedException.unreadable(name + " is empty, or longer than " + MAX_TEXT + " characters");
            }
        }
        return event;
    }

    private static Normalized structured(byte[] body) {
        CloudEvent event = validated(StructuredEvents.read(body));
        CloudEventData data = event.getData();
        return new Normalized(event, orNull(data == null ? Buffer.buffer() : Buffer.buffer(data.toBytes())));
    }

    /** JSON's null stands for no data. */
    private static Buffer orNull(Buffer data) {
        return data.length() == 0 ? Buffer.buffer("null") : data;
    }

    private static void pass(RoutingContext context, Normalized normalized) {
        CloudEvent event = normalized.event();
        MultiMap headers = context.request().headers();
        List.copyOf(headers.names()).stream()
                .filter(name -> FUNQY.matcher(name).matches())
                .forEach(headers::remove);
        event.getAttributeNames().forEach(name -> set(headers, name, event.getAttribute(name)));
        event.getExtensionNames().forEach(name -> set(headers, name, event.getExtension(name)));
        headers.remove("ce-datacontenttype").set(HttpHeaders.CONTENT_TYPE, "application/json");
        ((RoutingContextInternal) context).setBody(normalized.data()); // there is no public way to replace a body
        context.next();
    }

    private static void set(MultiMap headers, String name, Object value) {
        headers.set(PREFIX + name, HeaderText.encode(String.valueOf(value)));
    }
}
