package dev.falcoresponse.playground;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Marks tests that need Chromium and its driver, as in Debian's packages chromium and chromium-driver. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsChromium.Condition.class)
@interface NeedsChromium {
    /** Skips the tests where one of both is missing, or fails if {@code kube.required} is set. */
    final class Condition implements ExecutionCondition {
        private static final String HOW_TO_GET =
                "Chromium and chromedriver were not found: install Debian's packages chromium and chromium-driver";

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            if (browser().isPresent() && OnPath.find("chromedriver").isPresent()) {
                return ConditionEvaluationResult.enabled("a browser was found");
            }
            if (Boolean.getBoolean("kube.required")) {
                throw new IllegalStateException(HOW_TO_GET);
            }
            System.err.println("\n!!! SKIPPED: the tests that need a browser. " + HOW_TO_GET + "\n");
            return ConditionEvaluationResult.disabled(HOW_TO_GET);
        }

        static Optional<Path> browser() {
            return Stream.of("chromium", "chromium-browser", "google-chrome")
                    .flatMap(name -> OnPath.find(name).stream())
                    .findFirst();
        }
    }
}
