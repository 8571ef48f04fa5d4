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
    /** Preview only: nothing is changed, except by an undo. */
    @WithDefault("true")
    @WithConverter(Converters.Flag.class)
    boolean dryRun();

    /** The only rules to respond to, by default any; a comma in a name is written {@code \,}. */
    Optional<List<@WithConverter(Converters.Text.class) String>> rules();

    /** The lowest priority to respond to. */
    @WithDefault("debug")
    @WithConverter(Converters.FalcoPriority.class)
    Priority minPriority();

    /** The only namespaces to act in; Roles there are then enough. */
    @WithDefault("*")
    List<@WithConverter(Converters.NamespaceOrAll.class) String> namespaces();

    /** Namespaces that are left alone; {@code *} at the end only. By default the function's own is added. */
    @WithDefault(Namespaces.PROTECTED)
    Optional<List<@WithConverter(NamespacePattern.Reader.class) NamespacePattern>> protectedNamespaces();

    /** An object with this label set to {@code true} is left alone. */
    @WithDefault("falco-response/exempt")
    @WithConverter(Converters.LabelKey.class)
    String exemptLabel();

    /** Pods of these controllers are left alone; {@code Node} stands for static pods. */
    @WithDefault("DaemonSet,Node")
    Optional<List<@WithConverter(Converters.Kind.class) String>> deniedOwnerKinds();

    /**
     * This cluster's name: an alert that names another one ({@code k8s.cluster.name}, {@code ka.cluster.name}, {@code cluster})
     * is denied.
     */
    Optional<String> cluster();

    /**
     * What a change needs: with {@code proven} the pod's uid or a container id in the alert; {@code age} also accepts a pod that is
     * older than the alert by more than {@code RESPONSE_EVENT_DELAY}.
     */
    @WithDefault("proven")
    @WithConverter(Proof.Reader.class)
    Proof identity();

    /** How late an alert's own time may be: audit pipelines deliver minutes late. */
    @WithDefault("5m")
    @WithConverter(Durations.ZeroOrMore.class)
    Duration eventDelay();

    /** How old an alert may be; an older one is {@code stale}. */
    @WithDefault("15m")
    @WithConverter(Durations.SecondOrMore.class)
    Duration maxEventAge();

    /** How long the action is not repeated on the same object. */
    @WithDefault("30s")
    @WithConverter(Durations.ZeroOrMore.class)
    Duration cooldown();

    /** Objects in a sliding window of at most ten minutes, for each replica; {@code unlimited} removes the limit. */
    @WithDefault("20/1m")
    @WithConverter(Budget.Reader.class)
    Budget budget();

    /** For each call to the API server; keep three of them (for isolation fifteen) below the Trigger's {@code timeout}. */
    @WithDefault("5s")
    @WithConverter(Durations.Positive.class)
    Duration apiTimeout();

    /**
     * A file with a token that callers must send ({@code Authorization: Bearer ...}), else 401. It is read for each request, so that a
     * rotated Secret takes effect at once; while it cannot be read, a call that no other token admits gets 503. A broker sends no such
     * token: it is for OpenFaaS, Argo Events and Falcosidekick's webhook.
     */
    Optional<String> tokenFile();

    /**
     * Callers must send a token of this cluster for this audience, as Knative does ({@code knative/components/oidc}). The API server
     * checks it (TokenReview), and a positive answer is cached for ten seconds. Without a valid token 401, while the API server does
     * not answer 503. With {@code RESPONSE_TOKEN_FILE} too, either is enough.
     */
    Optional<String> oidcAudience();

    /**
     * Callers that are allowed, by default any, else 403; {@code *} at the end only: {@code system:serviceaccount:falco-response:*}.
     * Users who can create pods can get a token for any audience: name the allowed callers.
     */
    Optional<List<@WithConverter(Converters.Text.class) String>> oidcSubjects();
}
