package dev.falcoresponse;

import dev.falcoresponse.audit.Audit;
import dev.falcoresponse.audit.EventRecorder;
import dev.falcoresponse.caller.Callers;
import dev.falcoresponse.guard.Guardrails;
import dev.falcoresponse.kubernetes.ApiServer;
import dev.falcoresponse.kubernetes.PodLogs;
import dev.falcoresponse.pace.Pace;
import dev.falcoresponse.resolution.PodResolver;
import dev.falcoresponse.settings.Self;
import dev.falcoresponse.settings.SettingReader;
import dev.falcoresponse.settings.Settings;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.kubernetes.client.KubernetesConfigCustomizer;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import org.eclipse.microprofile.config.Config;

/** Puts the parts together: the container ends here, inside are plain objects. */
final class Wiring {
    /** How long Kubernetes Events may still be written after the last answer. */
    private static final Duration LAST_EVENTS = Duration.ofSeconds(8);

    @Produces
    @Singleton
    Self self() {
        return Self.read(System.getenv());
    }

    @Produces
    @Singleton
    SettingReader settingReader(Config config) {
        return new SettingReader(config);
    }

    @Produces
    @Singleton
    Settings settings(SettingReader reader, Self self) {
        return Settings.read(reader, self);
    }

    @Produces
    @Singleton
    Callers callers(SettingReader reader, ApiServer api) {
        return Callers.read(reader, api);
    }

    /** Repeating is the broker's: the client's own nineteen seconds of it would outlast every deadline. */
    @Produces
    @Singleton
    KubernetesConfigCustomizer once(Settings settings) {
        int timeout = Math.clamp(settings.apiTimeout().toMillis(), 1, Integer.MAX_VALUE);
        return config -> {
            config.setRequestRetryBackoffLimit(0);
            config.setConnectionTimeout(timeout);
            config.setRequestTimeout(timeout);
        };
    }

    @Produces
    @Singleton
    ApiServer apiServer(KubernetesClient client, Settings settings) {
        return new ApiServer(client, settings.apiTimeout());
    }

    @Produces
    @Singleton
    PodLogs podLogs(KubernetesClient client, Settings settings) {
        return new PodLogs(client, settings.apiTimeout());
    }

    void close(@Disposes PodLogs logs) {
        logs.close();
    }

    @Produces
    @Singleton
    EventRecorder eventRecorder(ApiServer api, Self self) {
        return new EventRecorder(api, self);
    }

    @Produces
    @Singleton
    Responder responder(
            Action action, Settings settings, Self self, ApiServer api, MeterRegistry metrics, EventRecorder events) {
        InstantSource clock = InstantSource.system();
        return new Responder(
                action,
                settings.dryRun(),
                new Guardrails(settings, self, clock),
                new PodResolver(api),
                new Pace(settings.cooldown(), settings.budget(), clock),
                new Audit(action.name(), metrics, events),
                clock);
    }

    /** Every setting has been read by the time these are there; what is left over nobody reads. */
    void start(
            @Observes StartupEvent start, Responder responder, Callers callers, Action action, SettingReader reader) {
        reader.refuseUnknown(action.name());
    }

    void stop(@Observes ShutdownEvent stop, EventRecorder events) throws InterruptedException {
        events.close(LAST_EVENTS);
    }
}
