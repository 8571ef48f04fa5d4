package dev.falcoresponse.isolatenetwork;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Compares a specification that was applied with the one found: the server adds defaults, but no entries of lists. */
final class SpecComparison {
    private SpecComparison() {}

    static boolean includes(@Nullable Object wanted, @Nullable Object found) {
        return switch (wanted) {
            case Map<?, ?> map when map.isEmpty() -> found == null || found.equals(map);
            case Map<?, ?> map ->
                found instanceof Map<?, ?> other
                        && map.entrySet().stream()
                                .allMatch(each -> includes(each.getValue(), other.get(each.getKey())));
            case List<?> list when list.isEmpty() -> found == null || found.equals(list);
            case List<?> list -> found instanceof List<?> other && includesEach(list, other);
            case null -> found == null;
            default -> String.valueOf(wanted).equals(String.valueOf(found));
        };
    }

    private static boolean includesEach(List<?> wanted, List<?> found) {
        if (wanted.size() != found.size()) {
            return false;
        }
        for (int i = 0; i < wanted.size(); i++) {
            if (!includes(wanted.get(i), found.get(i))) {
                return false;
            }
        }
        return true;
    }
}
