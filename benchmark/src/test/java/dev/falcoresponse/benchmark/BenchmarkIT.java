package dev.falcoresponse.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.testing.KubeBinaries;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The command as users call it, with smaller numbers. */
@NeedsKubeApiServer
class BenchmarkIT {
    private static final Path HOME = Path.of("..").toAbsolutePath().normalize();

    @BeforeAll
    static void setProjectFolder() {
        System.setProperty("benchmark.home", HOME.toString());
    }

    @Test
    void anAlertCostsOneReadOneChangeAndOneKubernetesEvent() {
        Measurement calls = ApiCalls.measure(KubeBinaries.find(System.getenv()).orElseThrow(), new Checkout(HOME));
        assertThat(calls.subject()).isEqualTo("1.00 create events, 1.00 delete pods, 1.00 get pods");
    }

    @Test
    void theBenchmarkMeasuresTheRequestedParts() {
        assertThat(new CommandLine(new Benchmark())
                        .execute(
                                "--rounds",
                                "1",
                                "--part",
                                "single,burst,sustained",
                                "--sizes",
                                "50",
                                "--rates",
                                "20",
                                "--seconds",
                                "1"))
                .isZero();
    }
}
