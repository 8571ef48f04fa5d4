package dev.falcoresponse.benchmark;

import dev.falcoresponse.testing.FunctionProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What a process holds at one moment, by Linux' own account. */
record Sample(double megabytes, long threads, long files) {
    static Sample of(FunctionProcess function) {
        Path process = Path.of("/proc", Long.toString(function.pid()));
        return new Sample(Memory.megabytes(function), count(process.resolve("task")), count(process.resolve("fd")));
    }

    private static long count(Path folder) {
        try (var entries = Files.list(folder)) {
            return entries.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How the last third compares to the first. */
    static String sentence(List<Sample> samples) {
        int third = Math.max(1, samples.size() / 3);
        List<Sample> first = samples.subList(0, third);
        List<Sample> last = samples.subList(samples.size() - third, samples.size());
        return "What the process held at most in the first and in the last third of the flood: memory %s and %s MB, threads %s and %s, file handles %s and %s."
                .formatted(
                        most(first, Sample::megabytes),
                        most(last, Sample::megabytes),
                        most(first, Sample::threads),
                        most(last, Sample::threads),
                        most(first, Sample::files),
                        most(last, Sample::files));
    }

    private static String most(List<Sample> samples, ToDoubleFunction<Sample> what) {
        return "%.0f".formatted(samples.stream().mapToDouble(what).max().orElseThrow());
    }
}
