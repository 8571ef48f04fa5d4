package dev.falcoresponse.fuzz;

import dev.falcoresponse.EventAction;
import dev.falcoresponse.Outcome;
import dev.falcoresponse.Outcome.Acted;
import dev.falcoresponse.Outcome.Previewed;
import dev.falcoresponse.Reason;
import dev.falcoresponse.Responder;
import dev.falcoresponse.audit.Audit;
import dev.falcoresponse.audit.EventRecorder;
import dev.falcoresponse.caller.Callers;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.guard.Guardrails;
import dev.falcoresponse.kubernetes.ApiServer;
import dev.falcoresponse.kubernetes.Permission;
import dev.falcoresponse.pace.Pace;
import dev.falcoresponse.resolution.PodResolver;
import dev.falcoresponse.settings.Self;
import dev.falcoresponse.settings.SettingReader;
import dev.falcoresponse.settings.Settings;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** A function that says what it was told. */
public final class EchoFunction {
    private static final SettingReader UNSET = new SettingReader(new SmallRyeConfigBuilder().build());
    private static final ApiServer API = new ApiServer(
            new KubernetesClientBuilder()
                    .withConfig(new ConfigBuilder()
                            .withAutoConfigure(false)
                            .withMasterUrl("http://127.0.0.1:1")
                            .build())
                    .build(),
            Duration.ofSeconds(1));

    private EchoFunction() {}

    /** Says what it was told, so that whatever was read goes out again. */
    private record Echo() implements EventAction {
        @Override
        public String name() {
            return "echo";
        }

        @Override
        public List<Permission> permissions() {
            return List.of();
        }

        @Override
        public Outcome act(Alert event) {
            return new Acted(Reason.NOTIFIED, event.rule() + event.hostname(), Map.copyOf(event.fields()));
        }

        @Override
        public Outcome preview(Alert event) {
            return new Previewed(event.rule(), Map.of());
        }
    }

    /** The function; there is no API server. */
    public static Responder responder() {
        Self self = new Self("falco-response", "echo-0");
        Settings settings = Settings.read(UNSET, self);
        InstantSource clock = InstantSource.system();
        return new Responder(
                new Echo(),
                false,
                new Guardrails(settings, self, clock),
                new PodResolver(API),
                new Pace(settings.cooldown(), settings.budget(), clock),
                new Audit("echo", new SimpleMeterRegistry(), new EventRecorder(API, self)),
                clock);
    }

    /** Whoever calls. */
    public static Callers callers() {
        return Callers.read(UNSET, API);
    }
}
