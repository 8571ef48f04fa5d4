package dev.falcoresponse.requestapproval;

import dev.falcoresponse.action.ObjectReference;

/**
 * What a request is about. An empty text means that it is not known.
 *
 * @param kind {@code Pod}, {@code Node} or {@code User}
 */
record Subject(String kind, String namespace, String name, String uid) {
    ObjectReference reference() {
        String version = kind.equals("User") ? "rbac.authorization.k8s.io/v1" : "v1";
        return new ObjectReference(version, kind, namespace, name, uid);
    }

    /** For people; not so long that the rest of a sentence would be cut. */
    @Override
    public String toString() {
        return switch (kind) {
                    case "Pod" -> "pod ";
                    case "Node" -> "node ";
                    default -> "user ";
                }
                + Sentences.name(reference().fullName());
    }
}
