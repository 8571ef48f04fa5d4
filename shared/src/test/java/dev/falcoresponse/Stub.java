package dev.falcoresponse;

import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.function.Function;

/** An interface of a library of which a test answers a few methods, and no others are called. */
public final class Stub {
    private static final Object[] NO_ARGUMENTS = {};

    private Stub() {}

    /** The stub; the answers are by the names of the methods. */
    public static <T> T of(Class<T> type, Map<String, Function<Object[], ?>> answers) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (_, method, arguments) -> {
                    Function<Object[], ?> answer = answers.get(method.getName());
                    if (answer == null) {
                        throw new UnsupportedOperationException(method.toString());
                    }
                    return answer.apply(arguments == null ? NO_ARGUMENTS : arguments);
                }));
    }
}
