package dev.falcoresponse.kubernetes;

import dev.falcoresponse.action.Run;

/**
 * One request to the API server, in the words that its errors need.
 *
 * @param path relative to the server's URL, with the query
 * @param verb RBAC's
 * @param resource RBAC's, with the subresource
 * @param name empty for a list or when the server gives the name
 */
public record Call(String method, String path, String verb, String resource, String namespace, String name) {
    /** A request about one object. */
    public static Call on(Resource resource, String method, String verb, String namespace, String name, String query) {
        return new Call(method, resource.path(namespace) + "/" + name + query, verb, resource.text(), namespace, name);
    }

    /** The query of a change that the server refuses when it names an unknown field. */
    public static String strictly(Run run) {
        return "?fieldValidation=Strict" + (run == Run.DRY ? "&dryRun=All" : "");
    }

    /** Whether it asks for a change; a dry run counts as one. */
    boolean isWrite() {
        return !method.equals("GET");
    }

    /** Verb, resource and name. */
    @Override
    public String toString() {
        String object = namespace.isEmpty() || name.isEmpty() ? namespace + name : namespace + "/" + name;
        return verb + " " + resource + (object.isEmpty() ? "" : " " + object);
    }
}
