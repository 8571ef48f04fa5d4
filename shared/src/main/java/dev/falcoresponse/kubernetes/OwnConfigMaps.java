package dev.falcoresponse.kubernetes;

import dev.falcoresponse.action.ConflictException;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Run;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapList;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
     * Those that a query selects.
     *
     * @param query such as {@code ?labelSelector=a%3Db}
     * @throws OutcomeException as failed
     */
    public List<ConfigMap> list(String query) throws OutcomeException {
        return objects.list(CONFIG_MAPS, namespace, query, ConfigMapList.class).getItems();
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
        Map<String, String> all = new HashMap<>(labels);
        all.put("app.kubernetes.io/managed-by", "falco-response");
        Map<String, Object> body = Map.of(
                "apiVersion",
                "v1",
                "kind",
                "ConfigMap",
                "metadata",
                Map.of("name", name, "labels", all),
                "immutable",
                true,
                "data",
                data);
        String path = CONFIG_MAPS.path(namespace) + (run == Run.DRY ? "?dryRun=All" : "");
        Call call = new Call("POST", path, "create", CONFIG_MAPS.text(), namespace, "");
        return client.exchange(call, ApiClient.JSON, body, ConfigMap.class);
    }

    /**
     * Deletes exactly this one; it is no error when it is gone already, or when another one has its name.
     *
     * @throws OutcomeException as failed
     */
    public void delete(ConfigMap found, Run run) throws OutcomeException {
        var options = new DeleteOptionsBuilder()
                .withNewPreconditions()
                .withUid(found.getMetadata().getUid())
                .endPreconditions();
        String name = found.getMetadata().getName();
        try {
            client.change(
                    Call.on(CONFIG_MAPS, "DELETE", "delete", namespace, name, ""),
                    ApiClient.JSON,
                    (run == Run.DRY ? options.withDryRun("All") : options).build());
        } catch (OutcomeException e) {
            if (!(e.outcome() instanceof Skipped)) {
                throw e;
            }
        }
    }
}
