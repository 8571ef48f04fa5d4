package dev.falcoresponse.testing;

import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A ClusterRole from a manifest, and the check that a function needs every permission in it. */
public final class ShippedRole {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private final KubernetesClient client;
    private final ClusterRole role;

    private ShippedRole(KubernetesClient client, ClusterRole role) {
        this.client = client;
        this.role = role;
    }

    /** The ClusterRoles in a manifest file, which must be applied already. */
    public static List<ShippedRole> in(Path file, KubernetesClient client) {
        return ServiceAccountAccess.read(client, file).stream()
                .filter(ClusterRole.class::isInstance)
                .map(ClusterRole.class::cast)
                .map(role -> new ShippedRole(client, role))
                .toList();
    }

    private record Grant(String verb, String group, String resource, List<String> names) {}

    private Stream<Grant> grants() {
        return role.getRules().stream()
                .flatMap(rule -> rule.getApiGroups().stream()
                        .flatMap(group -> rule.getResources().stream()
                                .flatMap(resource -> rule.getVerbs().stream()
                                        .map(verb -> new Grant(verb, group, resource, rule.getResourceNames())))));
    }

    /**
     * Removes one permission at a time; the function's readiness must then name the missing permission.
     *
     * @throws IllegalStateException for the first permission that readiness does not miss
     */
    public void requireThatEverythingIsNeeded(FunctionProcess function) {
        for (Grant grant : grants().toList()) {
            replace(without(grant));
            Waiting.until(
                    "readiness to name the missing " + grant,
                    TIMEOUT,
                    () -> function.body("_/ready").contains("may not " + grant.verb() + " " + grant.resource()));
        }
        replace(role.getRules());
        Waiting.until("readiness", TIMEOUT, () -> function.status("_/ready") == 200);
    }

    private List<PolicyRule> without(Grant grant) {
        Predicate<Grant> others = other -> !other.equals(grant);
        List<PolicyRule> rules = new ArrayList<>();
        grants().filter(others)
                .forEach(each -> rules.add(new PolicyRuleBuilder()
                        .withApiGroups(each.group())
                        .withResources(each.resource())
                        .withResourceNames(each.names())
                        .withVerbs(each.verb())
                        .build()));
        return rules;
    }

    private void replace(List<PolicyRule> rules) {
        client.rbac()
                .clusterRoles()
                .withName(role.getMetadata().getName())
                .edit(each -> new ClusterRoleBuilder(each).withRules(rules).build());
    }
}
