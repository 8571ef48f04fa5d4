package dev.falcoresponse.testing;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Starts one API server for all tests of a run; without its binaries it says so once, or fails when it must. */
final class KubeApiServerExtension implements ExecutionCondition, ParameterResolver {
    private static final AtomicBoolean TOLD = new AtomicBoolean();

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (KubeBinaries.find(System.getenv()).isPresent()) {
            return ConditionEvaluationResult.enabled("a kube-apiserver was found");
        }
        if (Boolean.getBoolean("kube.required")) {
            throw new IllegalStateException(KubeBinaries.HOW_TO_GET);
        }
        if (!TOLD.getAndSet(true)) {
            System.err.println(
                    "\n!!! SKIPPED: the tests that need a real kube-apiserver. " + KubeBinaries.HOW_TO_GET + "\n");
        }
        return ConditionEvaluationResult.disabled(KubeBinaries.HOW_TO_GET);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == KubeApiServer.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(Namespace.create(KubeApiServer.class))
                .computeIfAbsent(
                        KubeApiServer.class,
                        _ -> KubeApiServer.start(
                                KubeBinaries.find(System.getenv()).orElseThrow()),
                        KubeApiServer.class);
    }
}
