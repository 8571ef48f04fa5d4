package dev.falcoresponse.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.testing.KubeBinaries;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command as users call it, with smaller numbers. */
@NeedsKubeApiServer
class BenchmarkIT {
    private static final Path HOME = Path.of("..").toAbsolutePath().normalize();

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    @BeforeAll
    static void setProjectFolder() {
        System.setProperty("benchmark.home", HOME.toString());
    }

    @Test
    void anAlertCostsOneReadOneChangeAndOneKubernetesEvent() {
        Measurement calls = ApiCalls.measure(
                KubeBinaries.find(System.getenv()).orElseThrow(), new Checkout(HOME, Optional.empty()));
        assertThat(calls.subject()).isEqualTo("1.00 create events, 1.00 delete pods, 1.00 get pods");
    }

    /** What was built elsewhere is a file that can be executed, in a folder with the function's name. */
    @Test
    void binariesThatWereBuiltElsewhereAreMeasured(@TempDir Path folder) throws IOException {
        Path app = HOME.resolve("functions/delete-pod/target/quarkus-app");
        Path binary = Files.createDirectories(folder.resolve("delete-pod")).resolve("delete-pod-1.0-runner");
        Files.writeString(binary, "#!/bin/sh\ncd %s && exec %s @jvm.args -jar quarkus-run.jar\n".formatted(app, JAVA));
        Files.setPosixFilePermissions(binary, PosixFilePermissions.fromString("rwxr-xr-x"));
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, UTF_8));
        try {
            assertThat(new CommandLine(new Benchmark())
                            .execute("--rounds", "1", "--part", "start", "--native", folder.toString()))
                    .isZero();
        } finally {
            System.setOut(before);
        }

        assertThat(printed.toString(UTF_8)).contains("| start to first answer | native |");
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
