package dev.falcoresponse.restrictaccess;

import dev.falcoresponse.security.SystemIdentity;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Optional;

/**
 * The identity that an alert is about, and what is restricted at present.
 *
 * @param key the pod's uid, or the user's name
 * @param namespace of the pod; empty for a user
 * @param name of the pod or the user
 * @param pod as it was read; empty when it was not
 * @param groups of the user, as far as the alert tells
 */
record Subject(
        SubjectKind kind,
        String key,
        String namespace,
        String name,
        Optional<Pod> pod,
        List<String> groups,
        Restrictions restrictions) {
    Subject {
        groups = List.copyOf(groups);
    }

    static Subject of(Pod pod, Restrictions now) {
        var meta = pod.getMetadata();
        return new Subject(
                SubjectKind.POD, meta.getUid(), meta.getNamespace(), meta.getName(), Optional.of(pod), List.of(), now);
    }

    static Subject user(String name, List<String> groups, Restrictions now) {
        return new Subject(SubjectKind.USER, name, "", name, Optional.empty(), groups, now);
    }

    /** A subject as its restriction names it. */
    static Subject of(Restriction restriction, Restrictions now) {
        if (restriction.kind() == SubjectKind.USER) {
            return user(restriction.key(), List.of(), now);
        }
        String[] name = restriction.name().split("/", 2);
        return pod(restriction.key(), name[0], name[name.length - 1], now);
    }

    /** A pod that was not read. */
    static Subject pod(String uid, String namespace, String name, Restrictions now) {
        return new Subject(SubjectKind.POD, uid, namespace, name, Optional.empty(), List.of(), now);
    }

    Optional<Restriction> restriction() {
        return restrictions.of(kind, key);
    }

    /** Namespace and name of a pod, or the name of a user. */
    String fullName() {
        return namespace.isEmpty() ? name : namespace + "/" + name;
    }

    /** The name that the API server knows the caller by; empty for a pod that was not read. */
    String userName() {
        return switch (kind) {
            case USER -> name;
            case POD ->
                pod.map(each -> each.getSpec().getServiceAccountName())
                        .map(account -> "system:serviceaccount:" + namespace + ":" + account)
                        .orElse("");
        };
    }

    /** What a restriction means for it, as the rest of a sentence. */
    String consequence() {
        String what = "; it can still read, but change nothing";
        return switch (kind) {
            case POD ->
                what + "; other pods of its ServiceAccount, and tokens that are not bound to it, are not restricted";
            case USER ->
                what
                        + (groups.isEmpty()
                                ? "; the alert does not tell its groups: members of system:masters are never restricted"
                                : "");
        };
    }

    @Override
    public String toString() {
        return switch (kind) {
            case USER -> (name.startsWith(SystemIdentity.ACCOUNT) ? "ServiceAccount " : "user ") + name;
            case POD -> "pod " + fullName() + " (uid " + key + ")";
        };
    }
}
