package dev.falcoresponse.playground;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds programs on the {@code PATH}. */
final class OnPath {
    private OnPath() {}

    /** Skips the test where one of the programs is missing, loudly, or fails if {@code kube.required} is set. */
    static void require(String tests, String... programs) {
        List<String> missing =
                Stream.of(programs).filter(program -> find(program).isEmpty()).toList();
        if (!missing.isEmpty()) {
            String howToGet = "Put " + String.join(" and ", missing) + " on the PATH";
            System.err.println("\n!!! SKIPPED: " + tests + ". " + howToGet + "\n");
            assumeTrue(Boolean.getBoolean("kube.required"), howToGet);
            fail(howToGet);
        }
    }

    static Optional<Path> find(String program) {
        return Stream.of(System.getenv("PATH").split(":", -1))
                .map(folder -> Path.of(folder).resolve(program))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
