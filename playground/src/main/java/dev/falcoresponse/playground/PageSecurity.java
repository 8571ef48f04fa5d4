package dev.falcoresponse.playground;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * Allows requests from the page itself only. The check of Host stops DNS rebinding, the check of Origin stops requests
 * from other sites, and the Content-Security-Policy allows no script but the page's own. The key in the printed address, which the
 * browser then keeps in a cookie, stops other users of the same machine.
 */
final class PageSecurity {
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final int KEY_BYTES = 16;

    private final Set<String> hosts;
    /** Cookies are shared by all ports of a host. */
    private final String cookie;

    private final String key = newKey();

    PageSecurity(int port) {
        hosts = Set.of("127.0.0.1:" + port, "localhost:" + port);
        cookie = "play-" + port;
    }

    private static String newKey() {
        byte[] random = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /** What the printed address has after its path. */
    String query() {
        return "key=" + key;
    }

    /** Whether this is the printed address: the browser then gets the cookie. */
    boolean isEntrance(HttpExchange exchange) {
        String query = exchange.getRequestURI().getRawQuery();
        return exchange.getRequestMethod().equals("GET")
                && exchange.getRequestURI().getPath().equals("/")
                && query != null
                && isSame(query, query());
    }

    /** The cookie that opens everything else; no script can read it. */
    String setCookie() {
        return cookie + "=" + key + "; Path=/; HttpOnly; SameSite=Strict";
    }

    /** Whether the request comes from somebody who knows the key. */
    boolean knowsKey(HttpExchange exchange) {
        return exchange.getRequestHeaders().getOrDefault("Cookie", List.of()).stream()
                .flatMap(header -> Arrays.stream(header.split(";", -1)))
                .anyMatch(each -> isSame(each.strip(), cookie + "=" + key));
    }

    private static boolean isSame(String given, String expected) {
        return MessageDigest.isEqual(given.getBytes(UTF_8), expected.getBytes(UTF_8));
    }

    boolean isAllowed(HttpExchange exchange) {
        Headers headers = exchange.getRequestHeaders();
        String host = headers.getFirst("Host");
        if (host == null || !hosts.contains(host)) {
            return false;
        }
        String origin = headers.getFirst("Origin");
        boolean sameOrigin = origin == null || origin.equals("http://" + host);
        String site = headers.getFirst("Sec-Fetch-Site");
        boolean sameSite = site == null || site.equals("same-origin") || site.equals("none");
        if (exchange.getRequestMethod().equals("GET")) {
            return sameOrigin && (sameSite || exchange.getRequestURI().getPath().equals("/"));
        }
        // an HTML form of another site cannot send JSON, and a script of another site must send its Origin
        String type = headers.getFirst("Content-Type");
        return sameOrigin && origin != null && sameSite && type != null && type.startsWith("application/json");
    }

    void addHeaders(Headers headers) {
        headers.set("Content-Security-Policy", POLICY);
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cross-Origin-Opener-Policy", "same-origin");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        headers.set("Cache-Control", "no-store");
    }
}
