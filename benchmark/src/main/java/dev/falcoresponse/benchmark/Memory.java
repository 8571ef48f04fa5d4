package dev.falcoresponse.benchmark;

import dev.falcoresponse.testing.FunctionProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The memory of a process, from Linux' {@code /proc}. */
final class Memory {
    private static final double KIBIBYTES = 1024;

    private Memory() {}

    /** Resident memory (RSS) in MiB; NaN where there is no {@code /proc}. */
    static double resident(FunctionProcess function) {
        Path status = Path.of("/proc", Long.toString(function.pid()), "status");
        if (!Files.exists(status)) {
            return Double.NaN;
        }
        try {
            return Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / KIBIBYTES)
                    .findFirst()
                    .orElse(Double.NaN);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
