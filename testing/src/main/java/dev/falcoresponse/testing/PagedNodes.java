package dev.falcoresponse.testing;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Answers the list of all nodes as an API server pages it: without a limit, all at once.
 *
 * @param count how many nodes there are
 * @param node the JSON of each
 */
public record PagedNodes(int count, IntFunction<String> node) implements ApiProxy.Fault {
    private static final Pattern LIMIT = Pattern.compile("limit=(\\d+)");
    private static final Pattern CONTINUE = Pattern.compile("continue=(\\d+)");

    @Override
    public Optional<ApiProxy.Answer> before(ApiProxy.Call call) {
        URI uri = URI.create(call.uri());
        String query = Optional.ofNullable(uri.getQuery()).orElse("");
        if (!uri.getPath().equals("/api/v1/nodes") || query.contains("labelSelector")) {
            return Optional.empty();
        }
        int first = number(CONTINUE, query, 0);
        int end = Math.min(count, first + number(LIMIT, query, count));
        String items = IntStream.range(first, end).mapToObj(node).collect(Collectors.joining(","));
        return Optional.of(new ApiProxy.Answer(
                200,
                Map.of("Content-Type", "application/json"),
                "{\"kind\":\"NodeList\",\"apiVersion\":\"v1\",\"metadata\":{\"continue\":\"%s\"},\"items\":[%s]}"
                        .formatted(end < count ? end : "", items)));
    }

    private static int number(Pattern pattern, String query, int otherwise) {
        Matcher matcher = pattern.matcher(query);
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : otherwise;
    }
}
