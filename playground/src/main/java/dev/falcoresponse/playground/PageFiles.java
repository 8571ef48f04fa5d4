package dev.falcoresponse.playground;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The static files of the page, from the folder {@code page} of the jar and from the library that draws its chart. */
final class PageFiles {
    private static final String LIBRARY = "META-INF/resources/webjars/uplot/1.6.30/dist/";
    private static final Map<String, String> LIBRARIES =
            Map.of("/uplot.js", LIBRARY + "uPlot.esm.js", "/uplot.css", LIBRARY + "uPlot.min.css");
    private static final Pattern OWN = Pattern.compile("/[a-z-]+\\.(css|js|svg)");
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");

    private PageFiles() {}

    /** A file in a jar, with its media type. */
    record PageFile(String type, URL location) {
        byte[] read() throws IOException {
            try (InputStream stream = location.openStream()) {
                return stream.readAllBytes();
            }
        }
    }

    /** The file at a path; empty when there is none. */
    static Optional<PageFile> find(String path) {
        String name = LIBRARIES.getOrDefault(path, path.equals("/") ? "page/index.html" : "page" + path);
        return Optional.of(name)
                .filter(_ -> path.equals("/")
                        || LIBRARIES.containsKey(path)
                        || OWN.matcher(path).matches())
                .map(PageFiles.class.getClassLoader()::getResource)
                .map(location ->
                        new PageFile(TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), ""), location));
    }
}
