package dev.falcoresponse.settings;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.EnvConfigSource;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * The names of the settings of a function. A name with one of their prefixes that is no setting is misspelt.
 *
 * @param names in properties, for example {@code response.dry-run}
 * @param lists those that may be set to nothing
 * @param prefixes with the dot at the end
 */
public record SettingNames(Set<String> names, Set<String> lists, Set<String> prefixes) {
    /** What Kubernetes puts into a container's environment for a Service whose name begins with "response-". */
    private static final Pattern SERVICE_LINK =
            Pattern.compile(".+_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT(_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)");

    /** A list of nothing but empty values. */
    private static final Pattern COMMAS = Pattern.compile("[\\s,]*,[\\s,]*");

    /** How SmallRye ends the name of a property that is a list. */
    private static final String INDEX = "[*]";

    public SettingNames {
        names = Set.copyOf(names);
        lists = Set.copyOf(lists);
        prefixes = Set.copyOf(prefixes);
    }

    /**
     * The settings that these interfaces map.
     *
     * @param action the function's own, whose name is a prefix even if it has no settings
     */
    public static SettingNames of(String action, List<Class<?>> mappings) {
        List<ConfigClass> classes =
                mappings.stream().map(ConfigClass::configClass).toList();
        Set<String> properties = classes.stream()
                .flatMap(each -> each.getProperties().keySet().stream())
                .collect(toSet());
        return new SettingNames(
                properties.stream().map(SettingNames::withoutIndex).collect(toSet()),
                properties.stream()
                        .filter(each -> each.endsWith(INDEX))
                        .map(SettingNames::withoutIndex)
                        .collect(toSet()),
                Stream.concat(classes.stream().map(ConfigClass::getPrefix), Stream.of(action))
                        .map(prefix -> prefix + ".")
                        .collect(toSet()));
    }

    private static String withoutIndex(String property) {
        return property.replace(INDEX, "");
    }

    /**
     * Refuses misspelt names, and settings whose value is empty although they are no lists.
     *
     * @throws ConfigurationException when there is one
     */
    public void check(Config config) {
        for (String name : names) {
            String value = config.getConfigValue(name).getRawValue();
            boolean isList = lists.contains(name);
            if (value != null && (isList ? COMMAS.matcher(value).matches() : value.isBlank())) {
                throw new ConfigurationException(
                        variable(name) + " is \"" + value + "\": it is empty; leave it out to get the default.");
            }
        }
        for (ConfigSource source : config.getConfigSources()) {
            for (String name : source.getPropertyNames()) {
                refuseUnknown(name.replaceFirst("^%[^.]+\\.", ""), source);
            }
        }
    }

    private void refuseUnknown(String name, ConfigSource source) {
        String variable = variable(name);
        boolean isOurs = prefixes.stream().map(SettingNames::variable).anyMatch(variable::startsWith);
        // outside the environment a name in upper case would have no effect
        boolean isKnown = names.contains(name)
                || (source instanceof EnvConfigSource && variables().contains(variable));
        if (!isOurs || isKnown || SERVICE_LINK.matcher(variable).matches()) {
            return;
        }
        String written = source instanceof EnvConfigSource ? variable : name;
        throw new ConfigurationException("There is no setting " + written + ". Known are "
                + variables().stream().sorted().collect(joining(", "))
                + "; in application.properties in lower case with dots and dashes, such as response.dry-run.");
    }

    private Set<String> variables() {
        return names.stream().map(SettingNames::variable).collect(toSet());
    }

    /** The name of a setting in the environment. */
    static String variable(String name) {
        return name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }
}
