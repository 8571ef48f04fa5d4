package dev.falcoresponse.reply;

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
}
