package dev.falcoresponse.kubernetes;

import static dev.falcoresponse.action.Reason.NOT_FOUND;

import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.event.KubernetesNames;
import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListMeta;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Reads objects of any resource, from a quorum of the store. */
public final class ObjectApi {
    private static final int PAGE = 20;
    private static final int CLUSTER_SCOPED_PAGE = 100;

    /** How long a list waits for others: no longer than a call may take. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final ApiClient api;
    private final Semaphore pages = new Semaphore(2, true);

    public ObjectApi(ApiClient api) {
        this.api = api;
    }

    /**
     * An object by its name; empty when there is none.
     *
     * @throws OutcomeException as failed
     */
    public <T> Optional<T> find(Resource resource, String namespace, String name, Class<T> type)
            throws OutcomeException {
        return isPossible(namespace, name)
                ? ifFound(() -> api.read(Call.on(resource, "GET", "get", namespace, name, ""), type))
                : Optional.empty();
    }

    /**
     * The metadata of an object, whatever its size; empty when there is none.
     *
     * @throws OutcomeException as failed
     */
    public Optional<ObjectMeta> findMetadata(Resource resource, String namespace, String name) throws OutcomeException {
        if (!isPossible(namespace, name)) {
            return Optional.empty();
        }
        Call call = Call.on(resource, "GET", "get", namespace, name, "");
        return ifFound(
                () -> api.readMetadata(call, GenericKubernetesResource.class).getMetadata());
    }

    /** Names may come from others: Kubernetes checks no owner reference, for example. */
    private static boolean isPossible(String namespace, String name) {
        return KubernetesNames.isName(name) && (namespace.isEmpty() || KubernetesNames.isNamespace(namespace));
    }

    private interface Reading<T> {
        T read() throws OutcomeException;
    }

    private static <T> Optional<T> ifFound(Reading<T> reading) throws OutcomeException {
        try {
            return Optional.of(reading.read());
        } catch (OutcomeException e) {
            if (e.outcome().reason().equals(NOT_FOUND)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * The objects that a query selects, each reduced to what is needed of it. They are read in small pages, of which two are in
     * memory at a time at most: a node has 20 KiB, and what tenants write may have 256 KiB of annotations.
     *
     * @param namespace empty for all
     * @param selection such as {@code labelSelector=a%3Db}; empty for all objects
     * @param keep what is needed of an object; an object that is kept itself loses its annotations by {@link #light}
     * @throws OutcomeException as failed
     */
    public <T extends HasMetadata, R> List<R> list(
            Resource resource,
            String namespace,
            String selection,
            Class<? extends KubernetesResourceList<T>> type,
            Function<T, R> keep)
            throws OutcomeException {
        String query = "?limit=" + (resource.namespaced() ? PAGE : CLUSTER_SCOPED_PAGE)
                + (selection.isEmpty() ? "" : "&" + selection);
        List<R> kept = new ArrayList<>();
        String next = "";
        do {
            String path = resource.path(namespace) + query + (next.isEmpty() ? "" : "&continue=" + encoded(next));
            next = page(new Call("GET", path, "list", resource.text(), namespace, ""), type, keep, kept);
        } while (!next.isEmpty());
        return kept;
    }

    private <T extends HasMetadata, R> String page(
            Call call, Class<? extends KubernetesResourceList<T>> type, Function<T, R> keep, List<R> kept)
            throws OutcomeException {
        try {
            if (!pages.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new OutcomeException(
                        Failed.retryable(Reason.UNAVAILABLE, "Too many lists are being read to " + call));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OutcomeException(Failed.retryable(Reason.UNAVAILABLE, "The function is stopping"));
        }
        try {
            KubernetesResourceList<T> list = api.read(call, type);
            list.getItems().forEach(item -> kept.add(keep.apply(item)));
            return Optional.ofNullable(list.getMetadata())
                    .map(ListMeta::getContinue)
                    .orElse("");
        } finally {
            pages.release();
        }
    }

    /** The object without what nobody here reads and what may be large. */
    public static <T extends HasMetadata> T light(T object) {
        object.getMetadata().setManagedFields(null);
        object.getMetadata().setAnnotations(null);
        return object;
    }

    /** A text as it stands in a query. */
    public static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /**
     * Whether the server serves a resource, by its discovery document.
     *
     * @throws OutcomeException as failed
     */
    public boolean serves(Resource resource) throws OutcomeException {
        Call call = new Call("GET", resource.discoveryPath(), "discover", resource.text(), "", "");
        return api.discover(call, APIResourceList.class)
                .filter(list -> list.getResources().stream()
                        .anyMatch(each -> each.getName().equals(resource.plural())))
                .isPresent();
    }
}
