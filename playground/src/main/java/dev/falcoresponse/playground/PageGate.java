package dev.falcoresponse.playground;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.util.Set;

/**
 * Who may ask: a browser that shows this very page. A name that was made to point to loopback (DNS rebinding) has another
 * Host, a form on somebody's site another Origin; and nothing that is not a file of the page's own is run as a script.
 */
final class PageGate {
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final Set<String> hosts;

    PageGate(int port) {
        hosts = Set.of("127.0.0.1:" + port, "localhost:" + port);
    }

    boolean admits(HttpExchange exchange) {
        Headers headers = exchange.getRequestHeaders();
        String host = headers.getFirst("Host");
        if (host == null || !hosts.contains(host)) {
            return false;
        }
        String origin = headers.getFirst("Origin");
        boolean own = origin == null || origin.equals("http://" + host);
        String site = headers.getFirst("Sec-Fetch-Site");
        boolean sameSite = site == null || site.equals("same-origin") || site.equals("none");
        if (exchange.getRequestMethod().equals("GET")) {
            return own && (sameSite || exchange.getRequestURI().getPath().equals("/"));
        }
        // a form cannot send JSON, and whoever could must say where it comes from
        String type = headers.getFirst("Content-Type");
        return own && origin != null && sameSite && type != null && type.startsWith("application/json");
    }

    void harden(Headers headers) {
        headers.set("Content-Security-Policy", POLICY);
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cross-Origin-Opener-Policy", "same-origin");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        headers.set("Cache-Control", "no-store");
    }
}
