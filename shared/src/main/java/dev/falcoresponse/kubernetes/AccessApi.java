package dev.falcoresponse.kubernetes;

import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewStatus;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import java.util.List;
import java.util.Optional;

/** Asks the API server who somebody is, and what this function may do. */
public final class AccessApi {
    private static final Resource ACCESS_REVIEWS =
            Resource.clusterScoped("authorization.k8s.io", "v1", "selfsubjectaccessreviews");
    private static final Resource TOKEN_REVIEWS = Resource.clusterScoped("authentication.k8s.io", "v1", "tokenreviews");

    private final ApiClient api;

    public AccessApi(ApiClient api) {
        this.api = api;
    }

    /** The permission that {@link #user} needs. */
    public static Permission tokenReviews() {
        return TOKEN_REVIEWS.permission("create");
    }

    /**
     * Whether RBAC allows this function something (SelfSubjectAccessReview).
     *
     * @param namespace empty for all of them
     * @throws OutcomeException as failed
     */
    public boolean allows(Permission permission, String namespace) throws OutcomeException {
        String[] resource = permission.resource().split("/", 2);
        var review = new SelfSubjectAccessReviewBuilder()
                .withNewSpec()
                .withNewResourceAttributes()
                .withVerb(permission.verb())
                .withGroup(permission.group())
                .withResource(resource[0])
                .withSubresource(resource.length > 1 ? resource[1] : null)
                .withName(permission.name())
                .withNamespace(namespace)
                .endResourceAttributes()
                .endSpec()
                .build();
        var status =
                create(ACCESS_REVIEWS, review, SelfSubjectAccessReview.class).getStatus();
        return status != null && Boolean.TRUE.equals(status.getAllowed());
    }

    /**
     * The user to whom a token was issued for an audience (TokenReview); empty when it is not valid for that audience.
     *
     * @throws OutcomeException as failed
     */
    public Optional<String> user(String token, String audience) throws OutcomeException {
        var review = new TokenReviewBuilder()
                .withNewSpec()
                .withToken(token)
                .withAudiences(audience)
                .endSpec()
                .build();
        TokenReviewStatus status =
                create(TOKEN_REVIEWS, review, TokenReview.class).getStatus();
        // a server that ignores audiences answers without them
        return status != null
                        && Boolean.TRUE.equals(status.getAuthenticated())
                        && Optional.ofNullable(status.getAudiences())
                                .orElse(List.of())
                                .contains(audience)
                ? Optional.of(status.getUser().getUsername())
                : Optional.empty();
    }

    private <T> T create(Resource resource, Object review, Class<T> type) throws OutcomeException {
        Call call = new Call("POST", resource.path(""), "create", resource.text(), "", "");
        return api.exchange(call, ApiClient.JSON, review, type);
    }
}
