package dev.falcoresponse.pipeline;

import dev.falcoresponse.action.Action;
import dev.falcoresponse.action.Approvals;
import dev.falcoresponse.action.Effect;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.audit.Audit;
import dev.falcoresponse.audit.EventRecorder;
import dev.falcoresponse.event.AlertReader;
import dev.falcoresponse.event.EventReader;
import dev.falcoresponse.kubernetes.AccessApi;
import dev.falcoresponse.kubernetes.ApiClient;
import dev.falcoresponse.kubernetes.EventApi;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.kubernetes.OwnConfigMaps;
import dev.falcoresponse.kubernetes.PodApi;
import dev.falcoresponse.limits.ActionLimits;
import dev.falcoresponse.limits.AnsweredAlerts;
import dev.falcoresponse.pods.Pods;
import dev.falcoresponse.security.Callers;
import dev.falcoresponse.security.StoredApprovals;
import dev.falcoresponse.settings.Namespaces;
import dev.falcoresponse.settings.ResponseSettings;
import dev.falcoresponse.settings.Self;
import dev.falcoresponse.settings.SettingNames;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.DefaultBean;
import io.quarkus.kubernetes.client.KubernetesConfigCustomizer;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;

/** Makes the parts and connects them. Outside this package and {@code http}, they are plain objects. */
final class Wiring {
    /** How long Kubernetes Events may still be written after the last answer. */
    private static final Duration LAST_EVENTS = Duration.ofSeconds(8);

    @Produces
    @Singleton
    InstantSource clock() {
        return InstantSource.system();
    }

    @Produces
    @Singleton
    Self self() {
        return Self.read(System.getenv());
    }

    @Produces
    @Singleton
    Namespaces namespaces(ResponseSettings settings, Self self) {
        return Namespaces.of(settings, self);
    }

    @Produces
    @Singleton
    Callers callers(ResponseSettings settings, AccessApi api) {
        return Callers.of(settings, api, System::nanoTime);
    }

    /** The broker repeats: the client's own nineteen seconds of retries would outlast every deadline. */
    @Produces
    @Singleton
    KubernetesConfigCustomizer withoutRetries(ResponseSettings settings) {
        int timeout = Math.clamp(settings.apiTimeout().toMillis(), 1, Integer.MAX_VALUE);
        return config -> {
            config.setRequestRetryBackoffLimit(0);
            config.setConnectionTimeout(timeout);
            config.setRequestTimeout(timeout);
        };
    }

    @Produces
    @Singleton
    ApiClient apiClient(KubernetesClient client, ResponseSettings settings) {
        return new ApiClient(client, settings.apiTimeout());
    }

    @Produces
    @Singleton
    PodApi podApi(ApiClient api) {
        return new PodApi(api);
    }

    @Produces
    @Singleton
    ObjectApi objectApi(ApiClient api) {
        return new ObjectApi(api);
    }

    /** Where the shipped manifests are, for a function that does not know its own namespace. */
    @Produces
    @Singleton
    OwnConfigMaps ownConfigMaps(ApiClient api, ObjectApi objects, Self self) {
        return new OwnConfigMaps(api, objects, self.namespace().isEmpty() ? "falco-response" : self.namespace());
    }

    @Produces
    @Singleton
    AccessApi accessApi(ApiClient api) {
        return new AccessApi(api);
    }

    @Produces
    @Singleton
    Pods pods(PodApi api, ResponseSettings settings, Namespaces namespaces, Self self, InstantSource clock) {
        return new Pods(api, settings, namespaces, self, clock);
    }

    @Produces
    @Singleton
    EventRecorder eventRecorder(ApiClient api, Self self, MeterRegistry metrics) {
        return new EventRecorder(new EventApi(api), self, metrics);
    }

    @Produces
    @Singleton
    @DefaultBean
    EventReader eventReader(Action<?> action, InstantSource clock) {
        return new AlertReader(
                action.name(),
                action.reversible().isPresent(),
                action.reversible().isPresent() || action.deferred().isPresent(),
                action.effect() == Effect.CHANGE,
                action.evidenceFrom(),
                clock);
    }

    @Produces
    @Singleton
    EventResponder responder(
            Action<?> action,
            ResponseSettings settings,
            EventReader reader,
            MeterRegistry metrics,
            EventRecorder events,
            OwnConfigMaps configMaps,
            InstantSource clock) {
        Approvals approvals = new StoredApprovals(action.name(), configMaps);
        return responder(action, settings, reader, approvals, audit(action, metrics, events), clock);
    }

    private static <T> Responder<T> responder(
            Action<T> action,
            ResponseSettings settings,
            EventReader reader,
            Approvals approvals,
            Audit audit,
            InstantSource clock) {
        return new Responder<>(
                action,
                settings.dryRun() && action.heedsDryRun() ? Run.DRY : Run.REAL,
                reader,
                new RuleGuards(settings),
                new ActionLimits(settings.cooldown(), settings.budget(), System::nanoTime),
                new AnsweredAlerts(settings.cooldown(), settings.maxEventAge(), System::nanoTime),
                approvals,
                audit,
                clock);
    }

    private static Audit audit(Action<?> action, MeterRegistry metrics, EventRecorder events) {
        List<Reason> reasons = Stream.concat(Reason.ofPipeline().stream(), action.reasons().stream())
                .toList();
        return new Audit(action.name(), reasons, metrics, events);
    }

    /** Refuses misspelt settings, once all others have been read. */
    void start(
            @Observes StartupEvent start, EventResponder responder, Callers callers, Action<?> action, Config config) {
        List<Class<?>> mappings = Stream.concat(Stream.of(ResponseSettings.class), action.settings().stream())
                .toList();
        SettingNames.of(action.name(), mappings).check(config);
    }

    void stop(@Observes ShutdownEvent stop, EventRecorder events) throws InterruptedException {
        events.close(LAST_EVENTS);
    }
}
