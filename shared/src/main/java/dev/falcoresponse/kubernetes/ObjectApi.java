package dev.falcoresponse.kubernetes;

import static dev.falcoresponse.action.Reason.NOT_FOUND;

import dev.falcoresponse.action.OutcomeException;
import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;

/** Reads objects of any resource, from a quorum of the store. */
public final class ObjectApi {
    private final ApiClient api;

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
        return ifFound(() -> api.read(Call.on(resource, "GET", "get", namespace, name, ""), type));
    }

    /**
     * The metadata of an object, whatever its size; empty when there is none.
     *
     * @throws OutcomeException as failed
     */
    public Optional<ObjectMeta> findMetadata(Resource resource, String namespace, String name) throws OutcomeException {
        Call call = Call.on(resource, "GET", "get", namespace, name, "");
        return ifFound(
                () -> api.readMetadata(call, GenericKubernetesResource.class).getMetadata());
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
     * All objects of a resource in a namespace; an empty namespace stands for all.
     *
     * @throws OutcomeException as failed
     */
    public <T> T list(Resource resource, String namespace, Class<T> listType) throws OutcomeException {
        return list(resource, namespace, "", listType);
    }

    /**
     * The objects that a query selects.
     *
     * @param query such as {@code ?labelSelector=a%3Db}
     * @throws OutcomeException as failed
     */
    public <T> T list(Resource resource, String namespace, String query, Class<T> listType) throws OutcomeException {
        String path = resource.path(namespace) + query;
        return api.read(new Call("GET", path, "list", resource.text(), namespace, ""), listType);
    }

    /**
     * The objects that a query selects, in pages of 500: only one page is held in memory at a time.
     *
     * @param selection such as {@code labelSelector=a%3Db}; empty for all objects
     * @param page takes each page
     * @throws OutcomeException as failed
     */
    public <T extends KubernetesResourceList<?>> void listInPages(
            Resource resource, String namespace, String selection, Class<T> listType, Consumer<T> page)
            throws OutcomeException {
        String query = "?limit=500" + (selection.isEmpty() ? "" : "&" + selection);
        String next = "";
        do {
            String more = next.isEmpty() ? query : query + "&continue=" + encoded(next);
            T list = list(resource, namespace, more, listType);
            page.accept(list);
            next = Optional.ofNullable(list.getMetadata().getContinue()).orElse("");
        } while (!next.isEmpty());
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
