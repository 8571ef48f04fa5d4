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

/** The ClusterRole of a manifest, and whether a function needs all of it. */
public final class ShippedRole {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final KubernetesClient client;
    private final ClusterRole role;

    private ShippedRole(KubernetesClient client, ClusterRole role) {
        this.client = client;
        this.role = role;
    }

    /** The roles in a file of manifests, which are applied already. */
    public static List<ShippedRole> in(Path file, KubernetesClient client) {
        return ServiceAccountAccess.read(client, file).stream()
                .filter(ClusterRole.class::isInstance)
                .map(ClusterRole.class::cast)
                .map(role -> new ShippedRole(client, role))
                .toList();
    }

    private record Grant(String verb, String group, String resource) {}

    private Stream<Grant> grants() {
        return role.getRules().stream()
                .flatMap(rule -> rule.getApiGroups().stream()
                        .flatMap(group -> rule.getResources().stream()
                                .flatMap(resource ->
                                        rule.getVerbs().stream().map(verb -> new Grant(verb, group, resource)))));
    }

    /**
     * Takes each right away in turn: the function must then say that it misses it, or nobody needs it.
     *
     * @throws IllegalStateException for the first that nobody misses
     */
    public void requireThatEverythingIsNeeded(FunctionProcess function) {
        for (Grant grant : grants().toList()) {
            replace(without(grant));
            Waiting.until(
                    "the function to miss " + grant,
                    PATIENCE,
                    () -> function.body("_/ready").contains("may not " + grant.verb() + " " + grant.resource()));
        }
        replace(role.getRules());
        Waiting.until("readiness", PATIENCE, () -> function.status("_/ready") == 200);
    }

    private List<PolicyRule> without(Grant grant) {
        Predicate<Grant> others = each -> !each.equals(grant);
        List<PolicyRule> rules = new ArrayList<>();
        grants().filter(others)
                .forEach(each -> rules.add(new PolicyRuleBuilder()
                        .withApiGroups(each.group())
                        .withResources(each.resource())
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
