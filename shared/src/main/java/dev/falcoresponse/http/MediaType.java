package dev.falcoresponse.http;

import dev.falcoresponse.action.Reason;
import dev.falcoresponse.pipeline.RefusedException;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The forms in which an event can arrive. */
enum MediaType {
    /** A CloudEvent with its attributes in headers. */
    BINARY,
    /** A CloudEvent as one JSON document. */
    STRUCTURED,
    /** Falco's JSON alone. */
    PLAIN;

    /** One that is only optional shows too that a CloudEvent was meant: it is refused for what it lacks. */
    private static final Predicate<String> ATTRIBUTE =
            Pattern.compile("(?i)ce-[a-z0-9]+").asMatchPredicate();

    /**
     * The form of a request.
     *
     * @throws RefusedException with 415 when it is none
     */
    static MediaType of(MultiMap headers) {
        String encoding = headers.get(HttpHeaders.CONTENT_ENCODING);
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw unsupported("The content is encoded; only plain bytes are read");
        }
        String type = withoutParameters(headers.get(HttpHeaders.CONTENT_TYPE));
        if (type.equals("application/cloudevents+json")) {
            return STRUCTURED;
        }
        boolean binary = headers.names().stream().anyMatch(ATTRIBUTE);
        if (binary && isJson(type)) {
            return BINARY;
        }
        if (!binary && type.equals("application/json")) {
            return PLAIN;
        }
        throw unsupported("The content type is neither application/json nor application/cloudevents+json");
    }

    private static String withoutParameters(@Nullable String type) {
        return type == null ? "" : type.replaceFirst(";.*", "").strip().toLowerCase(Locale.ROOT);
    }

    /** CloudEvents lets a binary event leave the type out, and counts every {@code +json} as JSON. */
    static boolean isJson(String mediaType) {
        String type = withoutParameters(mediaType);
        return type.isEmpty()
                || type.equals("application/json")
                || type.equals("text/json")
                || (type.endsWith("+json") && !type.startsWith("application/cloudevents"));
    }

    private static RefusedException unsupported(String message) {
        return RefusedException.rejected(415, Reason.UNREADABLE, message);
    }
}
