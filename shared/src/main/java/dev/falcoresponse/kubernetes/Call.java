package dev.falcoresponse.kubernetes;

/** One request to the API server, in the words of its errors; {@code verb} and {@code resource} are RBAC's. */
record Call(String method, String path, String verb, String resource, String namespace, String name) {
    static Call on(Resource resource, String method, String verb, String namespace, String name, String query) {
        return new Call(method, resource.path(namespace) + "/" + name + query, verb, resource.text(), namespace, name);
    }

    /** What was asked, as people say it. */
    @Override
    public String toString() {
        String where = namespace.isEmpty() || name.isEmpty() ? namespace + name : namespace + "/" + name;
        return verb + " " + resource + (where.isEmpty() ? "" : " " + where);
    }
}
