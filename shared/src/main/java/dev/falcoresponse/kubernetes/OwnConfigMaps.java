package dev.falcoresponse.kubernetes;

import dev.falcoresponse.action.ConflictException;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Run;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapList;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PreconditionsBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Immutable ConfigMaps in the function's own namespace, on which its replicas agree: to create one is atomic.
 *
 * @param namespace of the function
 */
public record OwnConfigMaps(ApiClient client, ObjectApi objects, String namespace) {
    private static final Resource CONFIG_MAPS = Resource.namespaced("", "v1", "configmaps");

    /**
     * What the function may not do in its own namespace, as the rest of a sentence.
     *
     * @param verbs that it needs, such as {@code create}
     * @throws OutcomeException as failed
     */
    public Optional<String> missingPermissions(AccessApi access, List<String> verbs) throws OutcomeException {
        List<String> missing = new ArrayList<>();
        for (String verb : verbs) {
            Permission permission = CONFIG_MAPS.permission(verb);
            if (!access.allows(permission, namespace)) {
                missing.add("may not " + permission + " in namespace " + namespace);
            }
        }
        return missing.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", missing));
    }

    /**
     * One by its name; empty when there is none.
     *
     * @throws OutcomeException as failed
     */
    public Optional<ConfigMap> find(String name) throws OutcomeException {
        return objects.find(CONFIG_MAPS, namespace, name, ConfigMap.class);
    }

    /**
     * The metadata of one, whatever its size; empty when there is none.
     *
     * @throws OutcomeException as failed
     */
    public Optional<ObjectMeta> findMetadata(String name) throws OutcomeException {
        return objects.findMetadata(CONFIG_MAPS, namespace, name);
    }

    /**
     * The metadata of those with a label, whatever their size.
     *
     * @throws OutcomeException as failed
     */
    public List<ObjectMeta> listMetadata(String label, String value) throws OutcomeException {
        String query = "?labelSelector=" + ObjectApi.encoded(label + "=" + value);
        Call call = new Call("GET", CONFIG_MAPS.path(namespace) + query, "list", CONFIG_MAPS.text(), namespace, "");
        var items =
                client.readMetadata(call, GenericKubernetesResourceList.class).getItems();
        // in this form an empty list is null
        return Stream.ofNullable(items)
                .flatMap(List::stream)
                .map(GenericKubernetesResource::getMetadata)
                .toList();
    }

    /**
     * Those that a query selects.
     *
     * @param selection such as {@code labelSelector=a%3Db}
     * @throws OutcomeException as failed
     */
    public List<ConfigMap> list(String selection) throws OutcomeException {
        return objects.list(CONFIG_MAPS, namespace, selection, ConfigMapList.class, Function.identity());
    }

    /**
     * Creates one.
     *
     * @param labels besides the one that names the manager
     * @throws ConflictException when there is one of that name
     * @throws OutcomeException as failed otherwise
     */
    public ConfigMap create(String name, Map<String, String> labels, Map<String, String> data, Run run)
            throws OutcomeException {
        return create(name, labels, Map.of(), data, run);
    }

    /**
     * Creates one with annotations.
     *
     * @param labels besides the one that names the manager
     * @throws ConflictException when there is one of that name
     * @throws OutcomeException as failed otherwise
     */
    public ConfigMap create(
            String name, Map<String, String> labels, Map<String, String> annotations, Map<String, String> data, Run run)
            throws OutcomeException {
        Map<String, String> all = new HashMap<>(labels);
        all.put("app.kubernetes.io/managed-by", "falco-response");
        Map<String, Object> body = Map.of(
                "apiVersion",
                "v1",
                "kind",
                "ConfigMap",
                "metadata",
                Map.of("name", name, "labels", all, "annotations", annotations),
                "immutable",
                true,
                "data",
                data);
        String path = CONFIG_MAPS.path(namespace) + (run == Run.DRY ? "?dryRun=All" : "");
        Call call = new Call("POST", path, "create", CONFIG_MAPS.text(), namespace, "");
        return client.exchange(call, ApiClient.JSON, body, ConfigMap.class);
    }

    /**
     * Deletes this one as it was read: of several replicas, one succeeds.
     *
     * @return whether it was deleted; false when it has changed or is gone
     * @throws OutcomeException as failed
     */
    public boolean claim(ObjectMeta meta) throws OutcomeException {
        try {
            return delete(meta.getName(), exactly(meta).withResourceVersion(meta.getResourceVersion()), Run.REAL);
        } catch (ConflictException e) {
            return false;
        }
    }

    /**
     * Deletes exactly the one with this metadata; it is no error when it is gone already, or when another one has its name.
     *
     * @throws OutcomeException as failed
     */
    public void delete(ObjectMeta found, Run run) throws OutcomeException {
        delete(found.getName(), exactly(found), run);
    }

    private static PreconditionsBuilder exactly(ObjectMeta found) {
        return new PreconditionsBuilder().withUid(found.getUid());
    }

    private boolean delete(String name, PreconditionsBuilder preconditions, Run run) throws OutcomeException {
        var options = new DeleteOptionsBuilder().withPreconditions(preconditions.build());
        try {
            client.change(
                    Call.on(CONFIG_MAPS, "DELETE", "delete", namespace, name, ""),
                    ApiClient.JSON,
                    (run == Run.DRY ? options.withDryRun("All") : options).build());
            return true;
        } catch (OutcomeException e) {
            if (e.outcome() instanceof Skipped) {
                return false;
            }
            throw e;
        }
    }
}
