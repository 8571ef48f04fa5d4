package dev.falcoresponse.reply;

import java.util.HashMap;
import java.util.Map;

/**
 * An HTTP answer.
 *
 * @param headers as they go on the wire: each character one byte
 */
@SuppressWarnings("ArrayRecordComponent") // an array has no value equality; nothing compares replies
public record Reply(int status, Map<String, String> headers, byte[] body) {
    public Reply {
        headers = Map.copyOf(headers);
    }

    /** The same, which also tells how long each step took. */
    public Reply timed(ServerTiming timing) {
        Map<String, String> all = new HashMap<>(headers);
        all.put("Server-Timing", timing.text());
        return new Reply(status, all, body);
    }
}
