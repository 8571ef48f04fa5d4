package dev.falcoresponse.settings;

import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The pod that this function runs in; an empty text means that it is not known, for example outside a cluster. */
public record Self(String namespace, String pod) {
    /** The kubelet cuts host names there. */
    private static final int MAX_HOSTNAME = 63;

    /**
     * Reads the downward API ({@code POD_NAME}, {@code POD_NAMESPACE}); without it, what the kubelet gives every container: the
     * start of the pod's name as host name, the namespace beside the token.
     */
    public static Self read(Map<String, String> environment) {
        return new Self(
                environment.getOrDefault("POD_NAMESPACE", namespace(environment)),
                environment.getOrDefault("POD_NAME", environment.getOrDefault("HOSTNAME", "")));
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

    /** Whether a pod is this one, or may be, as far as name and namespace are known. */
    public boolean is(String otherNamespace, String otherPod) {
        boolean cut = pod.length() == MAX_HOSTNAME && otherPod.startsWith(pod);
        return (pod.equals(otherPod) || cut) && (namespace.isEmpty() || namespace.equals(otherNamespace));
    }
}
