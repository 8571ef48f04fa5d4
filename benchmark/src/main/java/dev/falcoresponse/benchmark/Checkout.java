package dev.falcoresponse.benchmark;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.FunctionProcess.Packaging;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeBinaries;
import dev.falcoresponse.testing.KubeCluster;
import dev.falcoresponse.testing.ServiceAccountAccess;
import io.fabric8.kubernetes.api.model.Secret;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * The working copy of this project: its built functions, of which delete-pod is the default, and their manifests.
 *
 * @param natives a folder with native binaries that were built elsewhere: a folder for each function
 */
record Checkout(Path home, Optional<Path> natives) {
    private static final String FUNCTION = "delete-pod";

    /** The project folder that the calling script passed as a system property. */
    static Checkout here() {
        return new Checkout(Path.of(System.getProperty("benchmark.home", ".")), Optional.empty());
    }

    /** The same, with native binaries that were built elsewhere. */
    Checkout withNative(Path folder) {
        return new Checkout(home, Optional.of(folder));
    }

    /** Runs a command line, and exits with its status. */
    static void run(Callable<Integer> command, String[] arguments) {
        System.exit(new CommandLine(command)
                .setExecutionExceptionHandler((e, line, _) -> {
                    if (e instanceof MeasurementException) {
                        line.getErr().println(e.getMessage());
                    } else {
                        e.printStackTrace(line.getErr());
                    }
                    return 1;
                })
                .execute(arguments));
    }

    /** The binaries of the API server and etcd, or an error that says how to get them. */
    static KubeBinaries binaries(Callable<Integer> command) {
        return KubeBinaries.find(System.getenv())
                .orElseThrow(() -> new ParameterException(new CommandLine(command), KubeBinaries.HOW_TO_GET));
    }

    Path knative() {
        return home.resolve("knative");
    }

    Path target() {
        return target(FUNCTION);
    }

    Path target(String function) {
        return home.resolve("functions").resolve(function).resolve("target").toAbsolutePath();
    }

    /** Where delete-pod is in one packaging. */
    Path target(Packaging packaging) {
        return target(FUNCTION, packaging);
    }

    /** Where a function is in one packaging. */
    Path target(String function, Packaging packaging) {
        return natives.filter(_ -> packaging == Packaging.NATIVE)
                .map(folder -> folder.resolve(function))
                .map(folder -> Files.isDirectory(folder.resolve("target")) ? folder.resolve("target") : folder)
                .map(Path::toAbsolutePath)
                .filter(Files::isDirectory)
                .orElseGet(() -> target(function));
    }

    /** The packagings of a function that have been built, the fastest first. */
    List<Packaging> built(String function) {
        return Arrays.stream(Packaging.values())
                .filter(packaging -> packaging.isIn(target(function, packaging)))
                .toList();
    }

    /** The same of delete-pod. */
    List<Packaging> built() {
        return built(FUNCTION);
    }

    KubeAccess access(KubeCluster server) {
        return access(FUNCTION, server);
    }

    /** The same with a token that is valid until a Secret is deleted. */
    KubeAccess boundTo(KubeCluster server, Secret secret) {
        return ServiceAccountAccess.boundTo(server, rbac(FUNCTION), secret);
    }

    private Path rbac(String function) {
        return knative().resolve(function).resolve("rbac.yaml");
    }

    KubeAccess access(String function, KubeCluster server) {
        return ServiceAccountAccess.of(server, rbac(function));
    }

    /** Starts delete-pod with dry run off, and waits until it is ready. */
    FunctionProcess start(Packaging packaging, KubeAccess access) {
        FunctionProcess function = FunctionProcess.launch(target(packaging), packaging, access, FunctionProcess.ACTING);
        StartupTime.awaitReady(function);
        return function;
    }

    /** The same in the fastest packaging that has been built. */
    FunctionProcess start(KubeAccess access) {
        return start(built().getFirst(), access);
    }
}
