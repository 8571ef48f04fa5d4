package dev.falcoresponse.action;

/**
 * What a function must be allowed to do, in RBAC's words.
 *
 * @param group the API group, empty for the core group
 * @param resource with its subresource, if any: {@code pods/eviction}
 * @param everywhere whether it is needed in all namespaces at once, not only where the function may act
 */
public record Permission(String verb, String group, String resource, boolean everywhere) {
    public Permission(String verb, String group, String resource) {
        this(verb, group, resource, false);
    }

    @Override
    public String toString() {
        return verb + " " + resource + (group.isEmpty() ? "" : "." + group);
    }
}
