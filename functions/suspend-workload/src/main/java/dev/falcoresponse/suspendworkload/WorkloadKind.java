package dev.falcoresponse.suspendworkload;

import dev.falcoresponse.kubernetes.Resource;
import java.util.Arrays;
import java.util.Optional;

/** The kinds of workloads that can be suspended, and how. */
enum WorkloadKind {
    DEPLOYMENT("Deployment", "deployments", true),
    STATEFUL_SET("StatefulSet", "statefulsets", true),
    CRON_JOB("CronJob", "cronjobs", false),
    JOB("Job", "jobs", false);

    private final String text;
    private final String plural;
    private final boolean scaled;

    WorkloadKind(String text, String plural, boolean scaled) {
        this.text = text;
        this.plural = plural;
        this.scaled = scaled;
    }

    /** As Kubernetes writes it. */
    String text() {
        return text;
    }

    Resource resource() {
        return Resource.namespaced(scaled ? "apps" : "batch", "v1", plural);
    }

    /** Whether it is scaled to nothing; else {@code spec.suspend} is set. */
    boolean isScaled() {
        return scaled;
    }

    static Optional<WorkloadKind> named(String kind) {
        return Arrays.stream(values()).filter(each -> each.text.equals(kind)).findFirst();
    }
}
