package dev.falcoresponse.deletepod;

import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.ServiceAccountAccess;
import dev.falcoresponse.testing.ThisFunction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** Other ServiceAccounts than the shipped one. */
final class Permissions {
    private Permissions() {}

    /** An account outside the namespace of the functions that may do one thing in the core group, everywhere. */
    static KubeAccess only(KubeApiServer server, String verb, String resource) {
        String name = "only-" + UUID.randomUUID();
        return of(server, """
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: %1$s, namespace: default}
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRole
                metadata: {name: %1$s}
                rules: [{apiGroups: [""], resources: ["%3$s"], verbs: ["%2$s"]}]
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: {name: %1$s}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: %1$s}
                subjects: [{kind: ServiceAccount, name: %1$s, namespace: default}]
                """.formatted(name, verb, resource));
    }

    /** An account with the shipped ClusterRole, bound in one namespace alone. */
    static KubeAccess inNamespace(KubeApiServer server, String namespace) {
        ThisFunction.access(server);
        String name = "in-" + namespace;
        return of(server, """
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: %1$s, namespace: falco-response}
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: RoleBinding
                metadata: {name: %1$s, namespace: %2$s}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: falco-response-delete-pod}
                subjects: [{kind: ServiceAccount, name: %1$s, namespace: falco-response}]
                """.formatted(name, namespace));
    }

    private static KubeAccess of(KubeApiServer server, String manifests) {
        try {
            Path file = Files.createTempFile("rbac-", ".yaml");
            Files.writeString(file, manifests);
            KubeAccess access = ServiceAccountAccess.of(server, file);
            Files.delete(file);
            return access;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
