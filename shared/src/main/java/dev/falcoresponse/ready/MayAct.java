package dev.falcoresponse.ready;

import dev.falcoresponse.Action;
import dev.falcoresponse.PodAction;
import dev.falcoresponse.kubernetes.ApiException;
import dev.falcoresponse.kubernetes.Permission;
import dev.falcoresponse.settings.Settings;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
    private final KubernetesClient client;
    private HealthCheckResponse last = HealthCheckResponse.down(name());
    private Instant asked = Instant.EPOCH;

    MayAct(Action action, Settings settings, KubernetesClient client) {
        this.action = action;
        this.settings = settings;
        this.client = client;
    }

    @Override
    public synchronized HealthCheckResponse call() {
        if (asked.plus(KEPT).isBefore(Instant.now())) {
            last = ask();
            asked = Instant.now();
        }
        return last;
    }

    private HealthCheckResponse ask() {
        try {
            List<String> missing = missing();
            var response = HealthCheckResponse.named(name()).status(missing.isEmpty());
            return missing.isEmpty()
                    ? response.build()
                    : response.withData("missing", String.join("; ", missing)).build();
        } catch (KubernetesClientException | ApiException e) {
            return HealthCheckResponse.named(name())
                    .down()
                    .withData("error", "The API server does not answer: " + e.getMessage())
                    .build();
        }
    }

    private List<String> missing() throws ApiException {
        List<String> missing = new ArrayList<>();
        Stream.concat(action instanceof PodAction ? ALWAYS.stream() : Stream.of(), action.permissions().stream())
                .forEach(permission -> namespaces(permission).stream()
                        .filter(namespace -> !allowed(permission, namespace))
                        .map(namespace -> "may not " + permission
                                + (namespace.isEmpty() ? " in all namespaces" : " in namespace " + namespace))
                        .forEach(missing::add));
        action.obstacle().ifPresent(missing::add);
        return missing;
    }

    private List<String> namespaces(Permission permission) {
        boolean everywhere = permission.everywhere() || settings.namespaces().isEmpty();
        return everywhere ? List.of(EVERYWHERE) : settings.namespaces();
    }

    private boolean allowed(Permission permission, String namespace) {
        String[] resource = permission.resource().split("/", 2);
        SelfSubjectAccessReview review = new SelfSubjectAccessReviewBuilder()
                .withNewSpec()
                .withNewResourceAttributes()
                .withVerb(permission.verb())
                .withGroup(permission.group())
                .withResource(resource[0])
                .withSubresource(resource.length > 1 ? resource[1] : null)
                .withNamespace(namespace)
                .endResourceAttributes()
                .endSpec()
                .build();
        return client.authorization()
                .v1()
                .selfSubjectAccessReview()
                .create(review)
                .getStatus()
                .getAllowed();
    }

    private static String name() {
        return "may-act";
    }
}
