package dev.falcoresponse.kubernetes;

/**
 * A kind of object, in the words of the API's paths and of RBAC.
 *
 * @param group the API group, empty for the core group
 * @param plural its name in paths: {@code networkpolicies}
 * @param namespaced whether its objects live in namespaces, or in the cluster as a whole
 */
public record Resource(String group, String version, String plural, boolean namespaced) {
    public static final Resource PODS = namespaced("", "v1", "pods");
    static final Resource EVENTS = namespaced("events.k8s.io", "v1", "events");

    /** A kind whose objects live in namespaces. */
    public static Resource namespaced(String group, String version, String plural) {
        return new Resource(group, version, plural, true);
    }

    /** A kind whose objects belong to the cluster as a whole. */
    public static Resource ofCluster(String group, String version, String plural) {
        return new Resource(group, version, plural, false);
    }

    /** Where what the server says of the whole API group lies. */
    String discoveryPath() {
        return (group.isEmpty() ? "api/" : "apis/" + group + "/") + version;
    }

    /** Where its objects lie; an empty namespace means: in all of them. */
    String path(String namespace) {
        String within = namespaced && !namespace.isEmpty() ? "/namespaces/" + namespace : "";
        return discoveryPath() + within + "/" + plural;
    }

    /** The resource as people say it. */
    public String text() {
        return plural + (group.isEmpty() ? "" : "." + group);
    }

    /** What one must be allowed to do this with all of them. */
    public Permission may(String verb) {
        return new Permission(verb, group, plural, !namespaced);
    }

    /** The same for the objects of all namespaces at once, wherever the function may act. */
    public Permission mayEverywhere(String verb) {
        return new Permission(verb, group, plural, true);
    }
}
