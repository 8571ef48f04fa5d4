package dev.falcoresponse.restrictaccess;

import java.util.Arrays;
import java.util.Optional;

/** What can be restricted. */
enum SubjectKind {
    /** A pod, by the uid to which its tokens are bound. */
    POD("Pod", "pods"),
    /** A user or ServiceAccount, by the name that the API server knows it by. */
    USER("User", "users");

    private final String text;
    private final String map;

    SubjectKind(String text, String map) {
        this.text = text;
        this.map = map;
    }

    /** As records and requests write it. */
    String text() {
        return text;
    }

    /** The map of the restrictions that names its subjects. */
    String map() {
        return map;
    }

    static Optional<SubjectKind> named(String text) {
        return Arrays.stream(values()).filter(kind -> kind.text.equals(text)).findFirst();
    }
}
