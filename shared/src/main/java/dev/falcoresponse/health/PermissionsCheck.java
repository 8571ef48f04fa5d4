package dev.falcoresponse.health;

import dev.falcoresponse.action.Action;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.kubernetes.AccessApi;
import dev.falcoresponse.kubernetes.PodApi;
import dev.falcoresponse.settings.Namespaces;
import dev.falcoresponse.settings.ResponseSettings;
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

/** Ready while the API server answers and allows the function what it needs, wherever it may act. */
@Readiness
@Singleton
final class PermissionsCheck implements HealthCheck {
    private static final String NAME = "permissions";

    /** Many probes lead to no more questions to the API server than one in this time. */
    private static final Duration KEPT = Duration.ofSeconds(1);

    private static final String ALL_NAMESPACES = "";

    private final Action<?> action;
    private final ResponseSettings settings;
    private final Namespaces namespaces;
    private final AccessApi access;
    private final PodApi pods;
    private final ReentrantLock checking = new ReentrantLock();
    private volatile HealthCheckResponse last = HealthCheckResponse.down(NAME);
    private volatile Instant checkedAt = Instant.EPOCH;
    private CompletableFuture<Void> warmUp = CompletableFuture.completedFuture(null);

    PermissionsCheck(
            Action<?> action, ResponseSettings settings, Namespaces namespaces, AccessApi access, PodApi pods) {
        this.action = action;
        this.settings = settings;
        this.namespaces = namespaces;
        this.access = access;
        this.pods = pods;
    }

    /** Connects to the API server and loads what the first event needs while the HTTP server starts. */
    void start(@Observes StartupEvent start) {
        warmUp = CompletableFuture.runAsync(pods::warmUp);
        Thread.ofPlatform().name("permissions").daemon().start(this::call);
    }

    /** While a check is running, other probes get the previous result, if there is one: threads are for alerts. */
    @Override
    public HealthCheckResponse call() {
        if (checkedAt.equals(Instant.EPOCH)) {
            checking.lock();
        } else if (!checking.tryLock()) {
            return last;
        }
        try {
            if (checkedAt.plus(KEPT).isBefore(Instant.now())) {
                last = check();
                checkedAt = Instant.now();
            }
            return last;
        } finally {
            checking.unlock();
        }
    }

    private HealthCheckResponse check() {
        try {
            List<String> missing = missing();
            warmUp.join();
            var response = HealthCheckResponse.named(NAME).status(missing.isEmpty());
            return missing.isEmpty()
                    ? response.build()
                    : response.withData("missing", String.join("; ", missing)).build();
        } catch (OutcomeException e) {
            return HealthCheckResponse.named(NAME)
                    .down()
                    .withData("error", e.outcome().message())
                    .build();
        }
    }

    private List<String> missing() throws OutcomeException {
        List<String> missing = new ArrayList<>();
        for (Permission permission : needed().toList()) {
            for (String namespace : namespaces(permission)) {
                if (!access.allows(permission, namespace)) {
                    missing.add("may not " + permission
                            + (namespace.isEmpty() ? " in all namespaces" : " in namespace " + namespace));
                }
            }
        }
        action.obstacle().ifPresent(missing::add);
        return missing;
    }

    private Stream<Permission> needed() {
        return Stream.of(
                        action.target().permissions().stream(),
                        action.permissions().stream(),
                        settings.oidcAudience().map(_ -> AccessApi.tokenReviews()).stream())
                .flatMap(permissions -> permissions);
    }

    private List<String> namespaces(Permission permission) {
        boolean everywhere = permission.everywhere() || namespaces.allowed().isEmpty();
        return everywhere ? List.of(ALL_NAMESPACES) : namespaces.allowed();
    }
}
