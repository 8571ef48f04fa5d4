package dev.falcoresponse.isolatenetwork;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether what was written still stands: the server may have added defaults, but no entry of a list. */
final class Intact {
    private Intact() {}

    static boolean holds(@Nullable Object wanted, @Nullable Object found) {
        return switch (wanted) {
            case Map<?, ?> map when map.isEmpty() -> found == null || found.equals(map);
            case Map<?, ?> map ->
                found instanceof Map<?, ?> other
                        && map.entrySet().stream().allMatch(each -> holds(each.getValue(), other.get(each.getKey())));
            case List<?> list when list.isEmpty() -> found == null || found.equals(list);
            case List<?> list -> found instanceof List<?> other && holdsEach(list, other);
            case null -> found == null;
            default -> String.valueOf(wanted).equals(String.valueOf(found));
        };
    }

    private static boolean holdsEach(List<?> wanted, List<?> found) {
        if (wanted.size() != found.size()) {
            return false;
        }
        for (int i = 0; i < wanted.size(); i++) {
            if (!holds(wanted.get(i), found.get(i))) {
                return false;
            }
        }
        return true;
    }
}
