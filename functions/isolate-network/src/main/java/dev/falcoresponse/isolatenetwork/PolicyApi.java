package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.kubernetes.ApiClient;
import dev.falcoresponse.kubernetes.Call;
import dev.falcoresponse.kubernetes.Resource;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Map;

/** Changes policies. */
final class PolicyApi {
    private static final String FIELD_MANAGER = "falco-response-isolate-network";

    /** Without it the server drops unknown fields, and with them what they should do. */
    private static final String STRICT = "&fieldValidation=Strict";

    private final ApiClient api;

    PolicyApi(ApiClient api) {
        this.api = api;
    }

    /**
     * Applies an object (server-side apply).
     *
     * @param object the fields to own, with apiVersion, kind and name
     * @throws OutcomeException as failed
     */
    void apply(Resource resource, String namespace, String name, Map<String, Object> object, Run run)
            throws OutcomeException {
        String query = "?fieldManager=" + FIELD_MANAGER + "&force=true" + STRICT + dryRun(run);
        Call call = Call.on(resource, "PATCH", "patch", namespace, name, query);
        api.change(call, "application/apply-patch+yaml", object);
    }

    /**
     * Creates an object.
     *
     * @throws OutcomeException as failed; as failed/conflict when it exists
     */
    void create(Resource resource, String namespace, Map<String, Object> object, Run run) throws OutcomeException {
        String path = resource.path(namespace) + "?fieldManager=" + FIELD_MANAGER + STRICT + dryRun(run);
        api.change(new Call("POST", path, "create", resource.text(), namespace, ""), ApiClient.JSON, object);
    }

    /**
     * Deletes the object with this uid.
     *
     * @throws OutcomeException as skipped when it is gone or was replaced, as failed otherwise
     */
    void delete(Resource resource, HasMetadata object, Run run) throws OutcomeException {
        var meta = object.getMetadata();
        String namespace = resource.namespaced() ? meta.getNamespace() : "";
        Call call = Call.on(resource, "DELETE", "delete", namespace, meta.getName(), "");
        api.change(call, ApiClient.JSON, options(object, run).build());
    }

    private static DeleteOptionsBuilder options(HasMetadata object, Run run) {
        DeleteOptionsBuilder options = new DeleteOptionsBuilder()
                .withNewPreconditions()
                .withUid(object.getMetadata().getUid())
                .endPreconditions();
        return run == Run.DRY ? options.withDryRun("All") : options;
    }

    private static String dryRun(Run run) {
        return run == Run.DRY ? "&dryRun=All" : "";
    }
}
