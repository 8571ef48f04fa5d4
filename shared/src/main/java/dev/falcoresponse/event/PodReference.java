package dev.falcoresponse.event;

import java.util.regex.Pattern;

/** The pod that an event names, as the event says it: nothing here is verified; an empty text means: not given. */
public record PodReference(String namespace, String name, String uid, String container, String containerId) {
    /** What Falco writes as container id for a process that runs on the node itself. */
    private static final String HOST = "host";

    private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
    private static final Pattern NAME =
            Pattern.compile("(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

    public boolean onHost() {
        return containerId.equals(HOST);
    }

    public boolean isEmpty() {
        return namespace.isEmpty() && name.isEmpty();
    }

    boolean isComplete() {
        return !namespace.isEmpty() && !name.isEmpty();
    }

    /** Whether both names are ones that Kubernetes accepts: only then may they become part of a URL. */
    public boolean isName() {
        return NAMESPACE.matcher(namespace).matches() && NAME.matcher(name).matches();
    }

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
