package dev.falcoresponse.settings;

import static java.util.stream.Collectors.joining;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigValidationException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Wrong settings, in sentences that name the environment variables. */
final class WrongSettings {
    /** The library's sentence for a value that a converter refused. */
    private static final Pattern REFUSED = Pattern.compile(
            ".*config property (\\S+) with the config value \"(.*)\" threw an Exception whilst being converted (?:\\S+Exception: )?(.*)",
            Pattern.DOTALL);

    /** Its sentences for a value that is missing, or empty. */
    private static final Pattern NAMED = Pattern.compile(".*config property (\\S+) is .*", Pattern.DOTALL);

    private WrongSettings() {}

    /** What is wrong with the settings, if a failure to start comes from them. */
    static Optional<String> sentence(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConfigValidationException wrong) {
                return Optional.of(text(wrong));
            }
            if (cause instanceof ConfigurationException wrong) {
                return Optional.of(String.valueOf(wrong.getMessage()));
            }
        }
        return Optional.empty();
    }

    private static String text(ConfigValidationException wrong) {
        return IntStream.range(0, wrong.getProblemCount())
                .mapToObj(i -> text(String.valueOf(wrong.getProblem(i).getMessage())))
                .collect(joining("\n"));
    }

    static String text(String problem) {
        Matcher refused = REFUSED.matcher(problem);
        if (refused.matches()) {
            return SettingNames.variable(refused.group(1)) + " is \"" + refused.group(2) + "\": " + refused.group(3)
                    + ".";
        }
        Matcher named = NAMED.matcher(problem);
        return named.matches() ? SettingNames.variable(named.group(1)) + " is missing or empty." : problem;
    }
}
