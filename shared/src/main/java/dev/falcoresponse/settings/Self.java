package dev.falcoresponse.settings;

import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Where this function itself runs; an empty text means: not known, for example outside a cluster. */
public record Self(String namespace, String pod) {
    /** What the kubelet tells every container: its pod's name as host name, the namespace beside the token. */
    public static Self read(Map<String, String> environment) {
        return new Self(namespace(environment), environment.getOrDefault("HOSTNAME", ""));
    }

    private static String namespace(Map<String, String> environment) {
        Path file = Path.of(Config.KUBERNETES_NAMESPACE_PATH);
        if (!Files.exists(file)) {
            return environment.getOrDefault("KUBERNETES_NAMESPACE", "");
        }
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether a pod is this one; with an unknown namespace the name alone decides, on the safe side. */
    public boolean is(String otherNamespace, String otherPod) {
        return pod.equals(otherPod) && (namespace.isEmpty() || namespace.equals(otherNamespace));
    }
}
