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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/**
 * Ready while the API server answers and allows the function what it needs, wherever it may act. The API server is asked in
 * the background: a probe gets the last result within milliseconds, however many namespaces there are.
 */
@Readiness
@Singleton
final class PermissionsCheck implements HealthCheck {
    private static final Logger LOG = Logger.getLogger(PermissionsCheck.class);
    private static final String NAME = "permissions";
    private static final String ERROR = "error";

    /** Many probes lead to no more than one check in this time. */
    private static final Duration KEPT = Duration.ofSeconds(1);

    /** A check takes no more than this part of the time, however many permissions there are. */
    private static final int SHARE = 10;

    /** How long a probe waits for a check; the kubelet waits for a second. */
    private static final Duration MOMENT = Duration.ofMillis(50);

    private static final Duration FIRST = Duration.ofMillis(800);

    private static final String ALL_NAMESPACES = "";

    private final Action<?> action;
    private final ResponseSettings settings;
    private final Namespaces namespaces;
    private final AccessApi access;
    private final PodApi pods;
    private CompletableFuture<Void> running = CompletableFuture.completedFuture(null);
    private volatile HealthCheckResponse last = down("not checked yet");
    private volatile boolean checked;
    private volatile long dueAt = System.nanoTime();
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
        Thread.ofPlatform().name(NAME).daemon().start(this::call);
    }

    @Override
    public HealthCheckResponse call() {
        await(current(), checked ? MOMENT : FIRST);
        return last;
    }

    /** The check that is running, or a new one when it is due. */
    private synchronized CompletableFuture<Void> current() {
        if (running.isDone() && System.nanoTime() - dueAt >= 0) {
            CompletableFuture<Void> next = new CompletableFuture<>();
            running = next;
            Thread.ofPlatform().name(NAME).daemon().start(() -> refresh(next));
        }
        return running;
    }

    /** Most checks end within a moment; of the others, later probes get the result. */
    private static void await(CompletableFuture<Void> check, Duration time) {
        try {
            check.get(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | ExecutionException e) {
            LOG.debugf("The last result is given: %s", e);
        }
    }

    private void refresh(CompletableFuture<Void> done) {
        long began = System.nanoTime();
        try {
            last = check();
            checked = true;
        } finally {
            long ended = System.nanoTime();
            // a check that failed says nothing about how long one takes
            boolean failed =
                    last.getData().filter(data -> data.containsKey(ERROR)).isPresent();
            dueAt = ended + (failed ? KEPT.toNanos() : Math.max(KEPT.toNanos(), SHARE * (ended - began)));
            done.complete(null);
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
            return down(e.outcome().message());
        } catch (RuntimeException e) {
            return down(String.valueOf(e));
        }
    }

    private static HealthCheckResponse down(String error) {
        return HealthCheckResponse.named(NAME).down().withData(ERROR, error).build();
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
