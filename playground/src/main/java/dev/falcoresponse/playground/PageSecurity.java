package dev.falcoresponse.playground;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.util.Set;

/**
 * Allows requests from the page itself only. The check of Host stops DNS rebinding, the check of Origin stops requests
 * from other sites, and the Content-Security-Policy allows no script but the page's own.
 */
final class PageSecurity {
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final Set<String> hosts;

    PageSecurity(int port) {
        hosts = Set.of("127.0.0.1:" + port, "localhost:" + port);
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
