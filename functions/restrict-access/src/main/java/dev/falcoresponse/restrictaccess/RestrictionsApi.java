package dev.falcoresponse.restrictaccess;

import dev.falcoresponse.action.ConflictException;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.kubernetes.ApiClient;
import dev.falcoresponse.kubernetes.ApiClient.Attempt;
import dev.falcoresponse.kubernetes.Call;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.kubernetes.Resource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads and changes the one object that holds all restrictions. */
record RestrictionsApi(ApiClient client, ObjectApi objects) {
    static final Resource RESOURCE = Resource.clusterScoped("falco-response.io", "v1", "accessrestrictions");

    /** The only object that the policies look at. */
    static final String NAME = "falco-response";

    /** So many pods, and so many users, the schema allows. */
    static final int MAX = 20;

    static List<Permission> permissions() {
        return List.of(
                RESOURCE.permission("get").on(NAME),
                RESOURCE.permission("patch").on(NAME),
                RESOURCE.permission("create"));
    }

    Restrictions read() throws OutcomeException {
        return new Restrictions(objects.find(RESOURCE, "", NAME, GenericKubernetesResource.class));
    }

    /**
     * Adds a restriction.
     *
     * @param seen the version that must still be there; empty when others may change meanwhile
     * @throws ConflictException when another one has added it or taken the last place meanwhile, or has changed what was seen
     */
    Restrictions add(Restriction restriction, Optional<String> seen, Run run) throws OutcomeException {
        try {
            return patch(entry(restriction.kind(), restriction.key(), restriction.values()), seen, run);
        } catch (OutcomeException e) {
            if (e.outcome().reason().equals(Reason.NOT_FOUND)) {
                return create(restriction, run);
            }
            // the schema refuses to change an entry, and a further one when the map is full: the guards decide on what
            // is there
            throw e.outcome().reason().equals(Reason.REFUSED_BY_ADMISSION) && isTaken(restriction)
                    ? new ConflictException(
                            Failed.retryable(Reason.CONFLICT, e.outcome().message()))
                    : e;
        }
    }

    private boolean isTaken(Restriction restriction) throws OutcomeException {
        Restrictions now = read();
        return now.of(restriction.kind(), restriction.key()).isPresent()
                || now.all(restriction.kind()).size() >= MAX;
    }

    private static Map<String, Object> entry(SubjectKind kind, String key, @Nullable Object value) {
        Map<String, @Nullable Object> one = new HashMap<>();
        one.put(key, value);
        return Map.of(kind.map(), one);
    }

    /**
     * Removes the restriction of a subject; it is no error when there is none.
     *
     * @param seen the version that must still be there; empty for a subject that nobody restricts anew
     * @throws ConflictException when another one has changed what was seen
     */
    void remove(Subject subject, Optional<String> seen, Run run) throws OutcomeException {
        patch(entry(subject.kind(), subject.key(), null), seen, run);
    }

    /** Tries a change that only the policy refuses which refuses the changes of the restricted, and says so. */
    Attempt probe() throws OutcomeException {
        return client.attempt(
                patchCall(Run.DRY),
                ApiClient.MERGE_PATCH,
                Map.of(
                        "metadata",
                        Map.of(
                                "annotations",
                                Map.of("falco-response/probe", UUID.randomUUID().toString()))));
    }

    private Restrictions patch(Map<String, Object> entry, Optional<String> seen, Run run) throws OutcomeException {
        Map<String, Object> change = new HashMap<>(entry);
        seen.ifPresent(version -> change.put("metadata", Map.of("resourceVersion", version)));
        return exchange(patchCall(run), ApiClient.MERGE_PATCH, change);
    }

    private static Call patchCall(Run run) {
        return Call.on(RESOURCE, "PATCH", "patch", "", NAME, Call.strictly(run));
    }

    private Restrictions create(Restriction first, Run run) throws OutcomeException {
        Map<String, Object> body = new HashMap<>(Map.of(
                "apiVersion",
                RESOURCE.apiVersion(),
                "kind",
                "AccessRestrictions",
                "metadata",
                Map.of("name", NAME, "labels", Map.of("app.kubernetes.io/managed-by", "falco-response"))));
        body.putAll(entry(first.kind(), first.key(), first.values()));
        Call call = new Call("POST", RESOURCE.path("") + Call.strictly(run), "create", RESOURCE.text(), "", "");
        return exchange(call, ApiClient.JSON, body);
    }

    private Restrictions exchange(Call call, String mediaType, Object body) throws OutcomeException {
        return new Restrictions(Optional.of(client.exchange(call, mediaType, body, GenericKubernetesResource.class)));
    }
}
