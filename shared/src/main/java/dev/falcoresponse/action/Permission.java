package dev.falcoresponse.action;

/**
 * What a function must be allowed to do, in RBAC's words.
 *
 * @param group the API group, empty for the core group
 * @param resource with its subresource, if any: {@code pods/eviction}
 * @param name the only object that it is needed for; empty for any
 * @param everywhere whether it is needed in all namespaces at once, not only where the function may act
 */
public record Permission(String verb, String group, String resource, String name, boolean everywhere) {
    public Permission(String verb, String group, String resource) {
        this(verb, group, resource, "", false);
    }

    public Permission on(String object) {
        return new Permission(verb, group, resource, object, everywhere);
    }

    @Override
    public String toString() {
        return verb + " " + resource + (group.isEmpty() ? "" : "." + group) + (name.isEmpty() ? "" : " " + name);
    }
}
