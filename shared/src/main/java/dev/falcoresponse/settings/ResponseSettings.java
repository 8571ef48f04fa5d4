package dev.falcoresponse.settings;

import dev.falcoresponse.event.Priority;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The settings of every function: {@code RESPONSE_DRY_RUN} in the environment, {@code response.dry-run} in properties. */
@ConfigMapping(prefix = "response")
public interface ResponseSettings {
    /** Whether nothing is changed. */
    @WithDefault("true")
    @WithConverter(Converters.Flag.class)
    boolean dryRun();

    /** The only rules to respond to; empty: any. */
    Optional<List<@WithConverter(Converters.Text.class) String>> rules();

    /** The lowest priority to respond to. */
    @WithDefault("debug")
    @WithConverter(Converters.FalcoPriority.class)
    Priority minPriority();

    /** The only namespaces to act in; {@code *}: all that are not protected. */
    @WithDefault("*")
    List<@WithConverter(Converters.NamespaceOrAll.class) String> namespaces();

    /** Namespaces that are left alone; by default the function's own is added. */
    @WithDefault(Namespaces.PROTECTED)
    Optional<List<@WithConverter(NamespacePattern.Reader.class) NamespacePattern>> protectedNamespaces();

    /** An object with this label set to {@code true} is left alone. */
    @WithDefault("falco-response/exempt")
    @WithConverter(Converters.LabelKey.class)
    String exemptLabel();

    /** Pods that belong to one of these kinds are left alone; {@code Node} stands for static pods. */
    @WithDefault("DaemonSet,Node")
    Optional<List<@WithConverter(Converters.Kind.class) String>> deniedOwnerKinds();

    /** This cluster's name; alerts that name another cluster are denied. */
    Optional<String> cluster();

    /** Which proof of an object's identity a change needs. */
    @WithDefault("proven")
    @WithConverter(Proof.Reader.class)
    Proof identity();

    /** How late the time of an alert may be: audit pipelines deliver minutes late. */
    @WithDefault("5m")
    @WithConverter(Durations.ZeroOrMore.class)
    Duration eventDelay();

    /** How old an alert may be. */
    @WithDefault("15m")
    @WithConverter(Durations.SecondOrMore.class)
    Duration maxEventAge();

    /** How long the same action is not repeated on the same object. */
    @WithDefault("30s")
    @WithConverter(Durations.ZeroOrMore.class)
    Duration cooldown();

    /** How many objects a replica may act on. */
    @WithDefault("20/1m")
    @WithConverter(Budget.Reader.class)
    Budget budget();

    /** How long one call to the API server may take. */
    @WithDefault("5s")
    @WithConverter(Durations.Positive.class)
    Duration apiTimeout();

    /** A file with the token that callers must send. */
    Optional<String> tokenFile();

    /** The audience for which callers must send a token of this cluster. */
    Optional<String> oidcAudience();

    /** The only users whose tokens are taken, each perhaps with {@code *} at its end; empty: any. */
    Optional<List<@WithConverter(Converters.Text.class) String>> oidcSubjects();
}
