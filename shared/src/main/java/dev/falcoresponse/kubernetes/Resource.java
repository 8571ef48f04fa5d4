package dev.falcoresponse.kubernetes;

import dev.falcoresponse.action.Permission;

/**
 * A resource, in the words of the API's paths and of RBAC.
 *
 * @param group the API group, empty for the core group
 * @param plural its name in paths, for example {@code networkpolicies}
 * @param namespaced whether its objects are in namespaces
 */
public record Resource(String group, String version, String plural, boolean namespaced) {
    public static final Resource PODS = namespaced("", "v1", "pods");
    public static final Resource SERVICES = namespaced("", "v1", "services");
    public static final Resource EVENTS = namespaced("events.k8s.io", "v1", "events");
    public static final Resource NODES = clusterScoped("", "v1", "nodes");

    public static Resource namespaced(String group, String version, String plural) {
        return new Resource(group, version, plural, true);
    }

    public static Resource clusterScoped(String group, String version, String plural) {
        return new Resource(group, version, plural, false);
    }

    /** As objects name their API: {@code apps/v1}, for the core group {@code v1}. */
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /** The path of the discovery document of its API group. */
    String discoveryPath() {
        return (group.isEmpty() ? "api/" : "apis/" + group + "/") + version;
    }

    /** The path of its objects in a namespace; an empty namespace stands for all. */
    public String path(String namespace) {
        String within = namespaced && !namespace.isEmpty() ? "/namespaces/" + namespace : "";
        return discoveryPath() + within + "/" + plural;
    }

    /** The name that RBAC and kubectl use, for example {@code replicasets.apps}. */
    public String text() {
        return plural + (group.isEmpty() ? "" : "." + group);
    }

    /** The permission for a verb where the function may act; for cluster-scoped objects everywhere. */
    public Permission permission(String verb) {
        return new Permission(verb, group, plural, "", !namespaced);
    }

    /** The permission for a verb in all namespaces at once. */
    public Permission permissionEverywhere(String verb) {
        return new Permission(verb, group, plural, "", true);
    }
}
