package dev.falcoresponse.settings;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;

/** Starts a function. When a setting is wrong it ends with a sentence that names the environment variable. */
@QuarkusMain
public final class Main {
    private Main() {}

    public static void main(String... arguments) {
        Quarkus.run(null, Main::end, arguments);
    }

    /** Quarkus says nothing more once a handler is set. */
    private static void end(int status, @Nullable Throwable failure) {
        if (failure != null) {
            System.err.println(WrongSettings.sentence(failure).orElseGet(() -> trace(failure)));
        }
        System.exit(status);
    }

    private static String trace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
