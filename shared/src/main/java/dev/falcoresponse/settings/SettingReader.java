package dev.falcoresponse.settings;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.common.utils.StringUtil;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Reads settings by their property names ({@code response.dry-run}, in the environment {@code RESPONSE_DRY_RUN}), and
 * refuses what nobody reads.
 *
 * <p>Every error is a {@link ConfigurationException} whose sentence names the setting: Quarkus prints it and ends.
 */
public final class SettingReader {
    /** What Kubernetes itself puts into a container's environment for a Service called "response-…". */
    private static final Pattern SERVICE_LINK =
            Pattern.compile(".+_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT(_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)");

    /** A hundred years: longer is a slip of the keyboard, and would overflow what is reckoned with it. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private final Config config;
    private final Set<String> known = new HashSet<>();

    public SettingReader(Config config) {
        this.config = config;
    }

    /** What the operator wrote, without blanks around it; empty when nothing was written. */
    private Optional<String> written(String name) {
        known.add(name);
        var value = config.getConfigValue(name);
        return Optional.ofNullable(value.getRawValue()).map(String::strip);
    }

    /** One value, or its default when the setting is absent. */
    public <T> T value(String name, T otherwise, Function<String, T> parser) {
        Optional<String> text = written(name);
        if (text.isEmpty()) {
            return otherwise;
        }
        if (text.get().isEmpty()) {
            throw wrong(name, text.get(), "it is empty; leave it out to get the default");
        }
        try {
            return parser.apply(text.get());
        } catch (IllegalArgumentException e) {
            throw wrong(name, text.get(), String.valueOf(e.getMessage()));
        }
    }

    /** Values between commas, a comma inside written as {@code \,}; a setting that is written empty is the empty list. */
    public List<String> list(String name, List<String> otherwise, Pattern item, String meaning) {
        Optional<String> text = written(name);
        if (text.isEmpty()) {
            return otherwise;
        }
        List<String> items = Arrays.stream(StringUtil.split(text.get()))
                .map(String::strip)
                .filter(each -> !each.isEmpty())
                .toList();
        for (String each : items) {
            if (!item.matcher(each).matches()) {
                throw wrong(name, text.get(), "\"" + each + "\" is not " + meaning);
            }
        }
        return items;
    }

    public boolean flag(String name, boolean otherwise) {
        return value(name, otherwise, text -> switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("it is neither true nor false");
        });
    }

    /** A length of time as Quarkus writes it: {@code 30s}, {@code 15m}, {@code PT1H}. */
    public Duration duration(String name, Duration otherwise, Duration least) {
        return value(name, otherwise, text -> duration(text, least));
    }

    /** A length of time in whole seconds, as Kubernetes counts grace; 0 only when it is written out. */
    public Duration wholeSeconds(String name, Duration otherwise) {
        return value(name, otherwise, text -> {
            Duration duration = duration(text, Duration.ZERO);
            if (!duration.equals(Duration.ofSeconds(duration.toSeconds()))) {
                throw new IllegalArgumentException("it is no whole number of seconds");
            }
            return duration;
        });
    }

    public static Duration duration(String text, Duration least) {
        Duration duration;
        try {
            duration = DurationConverter.parseDuration(text);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("it is no length of time, such as 500ms, 30s or 15m", e);
        }
        if (duration.compareTo(least) < 0 || duration.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "it is not between " + least.toMillis() + "ms and " + LONGEST.toDays() + "d");
        }
        return duration;
    }

    /** A length of time as an operator writes it: {@code 15m}. */
    public static String text(Duration duration) {
        return duration.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
    }

    /**
     * Stops the start when a setting is written that nobody has read, under a prefix of one that somebody has.
     *
     * @param action whose own prefix is ours too, even if it has no settings
     */
    public void refuseUnknown(String action) {
        Set<String> variables = known.stream().map(SettingReader::variable).collect(toSet());
        Set<String> prefixes = known.stream().map(SettingReader::prefix).collect(toSet());
        prefixes.add(variable(action + "."));
        for (ConfigSource source : config.getConfigSources()) {
            for (String name : source.getPropertyNames()) {
                refuseUnknown(name.replaceFirst("^%[^.]+\\.", ""), variables, prefixes, source);
            }
        }
    }

    private void refuseUnknown(String name, Set<String> variables, Set<String> prefixes, ConfigSource source) {
        String variable = variable(name);
        if (prefixes.stream().noneMatch(variable::startsWith)
                || SERVICE_LINK.matcher(variable).matches()
                || known.contains(name)
                // elsewhere than in the environment the upper-case name would be set and have no effect
                || (source instanceof EnvConfigSource && variables.contains(variable))) {
            return;
        }
        String written = source instanceof EnvConfigSource ? variable : name;
        throw new ConfigurationException("There is no setting " + written + ". Known are "
                + variables.stream().sorted().collect(joining(", "))
                + "; in application.properties in lower case with dots and dashes, such as response.dry-run.");
    }

    private static String prefix(String name) {
        return variable(name.substring(0, name.indexOf('.') + 1));
    }

    private static String variable(String name) {
        return name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }

    static ConfigurationException wrong(String name, String text, String why) {
        return new ConfigurationException(variable(name) + " is \"" + text + "\": " + why + ".");
    }
}
