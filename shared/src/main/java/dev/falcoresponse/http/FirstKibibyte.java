package dev.falcoresponse.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;

/**
 * Reads the body of a dead letter in place of the server's own handler, which refuses one over the limit: of such a body, the
 * first kibibyte is kept, since people must be told that there was an event.
 */
final class FirstKibibyte {
    private static final int KEPT = 1024;

    private final long limit;
    private final Promise<Buffer> whole = Promise.promise();
    private Buffer body = Buffer.buffer();
    private long length;

    private FirstKibibyte(long limit) {
        this.limit = limit;
    }

    /** Begins to read the body, which arrives while the request is passed on. */
    static Future<Buffer> read(RoutingContext context, long limit) {
        FirstKibibyte reading = new FirstKibibyte(limit);
        HttpServerRequest request = context.request();
        // the server's own handlers then leave the body alone
        ((RoutingContextInternal) context).visitHandler(RoutingContextInternal.BODY_HANDLER);
        request.headers().remove(HttpHeaders.CONTENT_LENGTH);
        request.pause(); // a later handler of the server resumes it
        request.handler(reading::add);
        request.exceptionHandler(reading.whole::tryFail);
        request.endHandler(_ -> reading.whole.tryComplete(reading.body));
        return reading.whole.future();
    }

    private void add(Buffer chunk) {
        length += chunk.length();
        if (length <= limit) {
            body.appendBuffer(chunk);
        } else if (body.length() < KEPT) {
            body.appendBuffer(chunk.getBuffer(0, Math.min(chunk.length(), KEPT - body.length())));
        } else {
            body = body.getBuffer(0, KEPT);
        }
    }
}
