package dev.falcoresponse.ready;

import dev.falcoresponse.Action;
import dev.falcoresponse.PodAction;
import dev.falcoresponse.kubernetes.ApiException;
import dev.falcoresponse.kubernetes.ApiServer;
import dev.falcoresponse.kubernetes.Permission;
import dev.falcoresponse.settings.Settings;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready while the API server answers and allows the function everything that it needs, everywhere it may act. */
@Readiness
@Singleton
final class MayAct implements HealthCheck {
    /** A flood of probes asks the API server no more often than this. */
    private static final Duration KEPT = Duration.ofSeconds(1);

    private static final String EVERYWHERE = "";
    private static final List<Permission> ALWAYS =
            List.of(new Permission("get", "", "pods"), new Permission("create", "events.k8s.io", "events"));

    private final Action action;
    private final Settings settings;
    private final ApiServer api;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile HealthCheckResponse last = HealthCheckResponse.down(name());
    private volatile Instant asked = Instant.EPOCH;
    private CompletableFuture<Void> warmUp = CompletableFuture.completedFuture(null);

    MayAct(Action action, Settings settings, ApiServer api) {
        this.action = action;
        this.settings = settings;
        this.api = api;
    }

    /** While the server starts, the connection to the API server is made, and what the first event needs. */
    void start(@Observes StartupEvent start) {
        warmUp = CompletableFuture.runAsync(api::warmUp);
        Thread.ofPlatform().name("may-act").daemon().start(this::call);
    }

    /** Whoever comes while another asks gets what was known before, if anything was: threads are for alerts. */
    @Override
    public HealthCheckResponse call() {
        if (asked.equals(Instant.EPOCH)) {
            asking.lock();
        } else if (!asking.tryLock()) {
            return last;
        }
        try {
            if (asked.plus(KEPT).isBefore(Instant.now())) {
                last = ask();
                asked = Instant.now();
            }
            return last;
        } finally {
            asking.unlock();
        }
    }

    private HealthCheckResponse ask() {
        try {
            List<String> missing = missing();
            warmUp.join();
            var response = HealthCheckResponse.named(name()).status(missing.isEmpty());
            return missing.isEmpty()
                    ? response.build()
                    : response.withData("missing", String.join("; ", missing)).build();
        } catch (ApiException e) {
            return HealthCheckResponse.named(name())
                    .down()
                    .withData("error", e.outcome().message())
                    .build();
        }
    }

    private List<String> missing() throws ApiException {
        List<String> missing = new ArrayList<>();
        for (Permission permission : needed()) {
            for (String namespace : namespaces(permission)) {
                if (!api.allows(permission, namespace)) {
                    missing.add("may not " + permission
                            + (namespace.isEmpty() ? " in all namespaces" : " in namespace " + namespace));
                }
            }
        }
        action.obstacle().ifPresent(missing::add);
        return missing;
    }

    private List<Permission> needed() {
        return Stream.concat(action instanceof PodAction ? ALWAYS.stream() : Stream.of(), action.permissions().stream())
                .toList();
    }

    private List<String> namespaces(Permission permission) {
        boolean everywhere = permission.everywhere() || settings.namespaces().isEmpty();
        return everywhere ? List.of(EVERYWHERE) : settings.namespaces();
    }

    private static String name() {
        return "may-act";
    }
}
