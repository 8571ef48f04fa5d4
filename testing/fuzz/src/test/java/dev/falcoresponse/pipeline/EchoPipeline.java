package dev.falcoresponse.pipeline;

import dev.falcoresponse.action.Action;
import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.Effect;
import dev.falcoresponse.action.EventTarget;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.action.Target;
import dev.falcoresponse.audit.Audit;
import dev.falcoresponse.audit.EventRecorder;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.AlertReader;
import dev.falcoresponse.kubernetes.ApiClient;
import dev.falcoresponse.kubernetes.EventApi;
import dev.falcoresponse.limits.ActionLimits;
import dev.falcoresponse.limits.AnsweredAlerts;
import dev.falcoresponse.settings.ResponseSettings;
import dev.falcoresponse.settings.Self;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A pipeline whose action answers with what was read. Its target is the alert itself, so that every alert is answered. */
public final class EchoPipeline {
    /** The action's name. */
    public static final String NAME = "echo";

    private static final ApiClient API = new ApiClient(
            new KubernetesClientBuilder()
                    .withConfig(new ConfigBuilder()
                            .withAutoConfigure(false)
                            .withMasterUrl("http://127.0.0.1:1")
                            .build())
                    .build(),
            Duration.ofSeconds(1));

    private EchoPipeline() {}

    /** Answers with all that was read. */
    public record Echo() implements Action<Alert> {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public Target<Alert> target() {
            return new EventTarget();
        }

        @Override
        public Effect effect() {
            return Effect.NOTIFY;
        }

        @Override
        public List<Reason> reasons() {
            return List.of();
        }

        @Override
        public List<Permission> permissions() {
            return List.of();
        }

        @Override
        public Change act(Alert alert, Alert event, Run run) {
            return new Change(
                    Reason.acted("echoed"), alert.rule() + alert.hostname() + alert.pod(), Map.copyOf(alert.fields()));
        }
    }

    /** Settings as an operator would write them. */
    public static ResponseSettings settings(Map<String, String> settings) {
        return new SmallRyeConfigBuilder()
                .withMapping(ResponseSettings.class)
                .withSources(new PropertiesConfigSource(settings, "operator", 500))
                .build()
                .getConfigMapping(ResponseSettings.class);
    }

    /** A pipeline for any action. Kubernetes Events are lost. */
    static <T> Responder<T> of(Action<T> action, Map<String, String> properties, InstantSource clock) {
        ResponseSettings settings = settings(properties);
        return new Responder<>(
                action,
                settings.dryRun() ? Run.DRY : Run.REAL,
                new AlertReader(NAME, false, false, true, Set.of("snapshot-logs"), clock),
                new RuleGuards(settings),
                new ActionLimits(settings.cooldown(), settings.budget(), System::nanoTime),
                new AnsweredAlerts(settings.cooldown(), settings.maxEventAge(), System::nanoTime),
                _ -> Optional.empty(),
                new Audit(
                        NAME,
                        List.of(),
                        new SimpleMeterRegistry(),
                        new EventRecorder(
                                new EventApi(API), new Self("falco-response", "echo-0"), new SimpleMeterRegistry())),
                clock);
    }

    /** The pipeline; there is no API server. */
    public static EventResponder responder() {
        return of(new Echo(), Map.of("response.dry-run", "false"), InstantSource.system());
    }

    /** Checks for callers, with an API server that does not exist. */
    public static ApiClient api() {
        return API;
    }
}
