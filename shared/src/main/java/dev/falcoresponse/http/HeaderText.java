package dev.falcoresponse.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.falcoresponse.record.ReplyAttributes;

/** Texts in HTTP headers: Falcosidekick and we send raw UTF-8, which HTTP servers hand over as Latin-1. */
final class HeaderText {
    private HeaderText() {}

    static String decode(String header) {
        return new String(header.getBytes(ISO_8859_1), UTF_8);
    }

    /** Neither CloudEvents nor HTTP allow control characters: they become spaces. */
    static String encode(String text) {
        return new String(ReplyAttributes.line(text).getBytes(UTF_8), ISO_8859_1);
    }
}
