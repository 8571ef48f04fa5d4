package dev.falcoresponse.action;

/**
 * The object that an action is for, as record, Kubernetes Event and limits name it. An empty text means that there is none.
 *
 * @param apiVersion as Kubernetes writes it, for example {@code apps/v1}
 * @param uid empty for what is no object of the API server
 * @param node the node it is on
 * @param owner kind and name of its controller
 */
public record ObjectReference(
        String apiVersion, String kind, String namespace, String name, String uid, String node, String owner) {
    /** No object of the cluster. */
    public static final ObjectReference NONE = new ObjectReference("", "", "", "", "");

    /** An object without node and owner. */
    public ObjectReference(String apiVersion, String kind, String namespace, String name, String uid) {
        this(apiVersion, kind, namespace, name, uid, "", "");
    }

    /** What is the same for this object only: the limits count by it. */
    public String key() {
        return uid.isEmpty() ? kind + " " + fullName() : uid;
    }

    /** Namespace and name, or the name alone for what has no namespace. */
    public String fullName() {
        return namespace.isEmpty() ? name : namespace + "/" + name;
    }

    @Override
    public String toString() {
        return kind + " " + fullName();
    }
}
