package dev.falcoresponse.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.testing.NeedsKubeApiServer;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The command as users call it, with smaller numbers. */
@NeedsKubeApiServer
class EnduranceIT {
    private static final Path HOME = Path.of("..").toAbsolutePath().normalize();

    @BeforeAll
    static void setProjectFolder() {
        System.setProperty("benchmark.home", HOME.toString());
    }

    @Test
    void underEveryFaultEachAlertIsDoneOrDeadLetteredAndNoOtherPodIsDeleted() {
        assertThat(new CommandLine(new Endurance())
                        .execute("--alerts", "20", "--kills", "4", "--races", "30", "--flood", "500"))
                .isZero();
    }
}
