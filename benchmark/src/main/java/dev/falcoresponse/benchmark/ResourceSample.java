package dev.falcoresponse.benchmark;

import dev.falcoresponse.testing.FunctionProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Memory, threads and open files of a process at one moment, from {@code /proc}. */
record ResourceSample(double megabytes, long threads, long files) {
    static ResourceSample of(FunctionProcess function) {
        Path process = Path.of("/proc", Long.toString(function.pid()));
        return new ResourceSample(
                Memory.resident(function), count(process.resolve("task")), count(process.resolve("fd")));
    }

    private static long count(Path folder) {
        try (var entries = Files.list(folder)) {
            return entries.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Compares the last third of the samples with the first. */
    static String summary(List<ResourceSample> samples) {
        int third = Math.max(1, samples.size() / 3);
        List<ResourceSample> first = samples.subList(0, third);
        List<ResourceSample> last = samples.subList(samples.size() - third, samples.size());
        return "Maximum in the first and in the last third of the flood: memory %s and %s MB, threads %s and %s, file handles %s and %s."
                .formatted(
                        max(first, ResourceSample::megabytes),
                        max(last, ResourceSample::megabytes),
                        max(first, ResourceSample::threads),
                        max(last, ResourceSample::threads),
                        max(first, ResourceSample::files),
                        max(last, ResourceSample::files));
    }

    private static String max(List<ResourceSample> samples, ToDoubleFunction<ResourceSample> value) {
        return "%.0f".formatted(samples.stream().mapToDouble(value).max().orElseThrow());
    }
}
