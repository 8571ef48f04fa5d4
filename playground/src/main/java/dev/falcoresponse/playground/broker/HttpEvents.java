package dev.falcoresponse.playground.broker;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.rw.CloudEventRWException;
import java.net.URI;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** CloudEvents in HTTP's binary mode, with attributes in raw UTF-8 as Falcosidekick and Knative send them. */
public final class HttpEvents {
    private static final String PREFIX = "ce-";

    private HttpEvents() {}

    static byte[] body(CloudEvent event) {
        return event.getData() == null ? new byte[0] : event.getData().toBytes();
    }

    static Map<String, String> headers(CloudEvent event) {
        Map<String, String> headers = new HashMap<>();
        event.getAttributeNames().forEach(name -> headers.put(PREFIX + name, encode(event.getAttribute(name))));
        event.getExtensionNames().forEach(name -> headers.put(PREFIX + name, encode(event.getExtension(name))));
        headers.remove("ce-datacontenttype");
        headers.put(
                "Content-Type", Optional.ofNullable(event.getDataContentType()).orElse("application/json"));
        return headers;
    }

    /** The event in a message; empty when the message is not an event in binary mode. */
    public static Optional<CloudEvent> read(Map<String, String> headers, byte[] body) {
        Map<String, String> lower = new HashMap<>();
        headers.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
        try {
            return Optional.of(event(lower, body));
        } catch (CloudEventRWException | IllegalStateException | IllegalArgumentException | DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static CloudEvent event(Map<String, String> headers, byte[] body) {
        CloudEventBuilder event = CloudEventBuilder.v1().withData(headers.getOrDefault("content-type", ""), body);
        headers.forEach((header, value) -> {
            if (header.startsWith(PREFIX)) {
                String text = new String(value.getBytes(ISO_8859_1), UTF_8);
                String name = header.substring(PREFIX.length());
                switch (name) {
                    case "specversion" -> {}
                    case "id" -> event.withId(text);
                    case "source" -> event.withSource(URI.create(text));
                    case "type" -> event.withType(text);
                    case "subject" -> event.withSubject(text);
                    case "time" -> event.withTime(OffsetDateTime.parse(text));
                    default -> event.withExtension(name, text);
                }
            }
        });
        return event.build();
    }

    /** Java's HTTP client writes headers in ISO 8859-1: each character of the result is one byte of UTF-8. */
    private static String encode(@Nullable Object value) {
        return new String(String.valueOf(value).getBytes(UTF_8), ISO_8859_1);
    }
}
