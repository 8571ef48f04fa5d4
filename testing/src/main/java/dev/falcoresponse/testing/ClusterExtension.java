package dev.falcoresponse.testing;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives tests the cluster of a test run; without a cluster it skips them with one warning, or fails if it is required. */
abstract class ClusterExtension<T extends KubeCluster> implements ExecutionCondition, ParameterResolver {
    private final Class<T> type;
    private final String what;
    private final String howToGet;
    private final AtomicBoolean warned;

    /**
     * Creates the extension for one kind of cluster.
     *
     * @param what describes the cluster in messages
     * @param howToGet says how to provide the cluster
     * @param warned whether this run has already warned that there is none
     */
    ClusterExtension(Class<T> type, String what, String howToGet, AtomicBoolean warned) {
        this.type = type;
        this.what = what;
        this.howToGet = howToGet;
        this.warned = warned;
    }

    abstract boolean isThere();

    abstract T cluster(ExtensionContext context);

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (isThere()) {
            return ConditionEvaluationResult.enabled(what + " was found");
        }
        if (Boolean.getBoolean("kube.required")) {
            throw new IllegalStateException(howToGet);
        }
        if (!warned.getAndSet(true)) {
            System.err.println("\n!!! SKIPPED: the tests that need " + what + ". " + howToGet + "\n");
        }
        return ConditionEvaluationResult.disabled(howToGet);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == type;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return cluster(context);
    }
}
