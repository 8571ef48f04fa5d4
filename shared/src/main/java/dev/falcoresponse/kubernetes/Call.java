package dev.falcoresponse.kubernetes;

/** One request to the API server, in the words of its errors; {@code verb} and {@code resource} are RBAC's. */
record Call(String method, String path, String verb, String resource, String namespace, String name) {
    static Call onPod(String method, String verb, String resource, String namespace, String name, String suffix) {
        return new Call(
                method, "api/v1/namespaces/" + namespace + "/pods/" + name + suffix, verb, resource, namespace, name);
    }

    /** What was asked, as people say it. */
    @Override
    public String toString() {
        return verb + " " + resource + " " + namespace + (name.isEmpty() ? "" : "/" + name);
    }
}
