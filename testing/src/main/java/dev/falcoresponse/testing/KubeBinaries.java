package dev.falcoresponse.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A folder that holds {@code etcd} and {@code kube-apiserver}, as the tool setup-envtest creates it. */
public record KubeBinaries(Path folder) {
    /** Says how to get the binaries; setup-envtest is a Kubernetes tool that downloads both from Kubernetes' releases. */
    public static final String HOW_TO_GET =
            "etcd and kube-apiserver were not found: set KUBEBUILDER_ASSETS to a folder with both, or run"
                    + " \"go run sigs.k8s.io/controller-runtime/tools/setup-envtest@latest use --bin-dir ~/.kubeapitest\"";

    /** Searches the folders of Kubernetes' test tools: first KUBEBUILDER_ASSETS, then the newest version in the cache. */
    public static Optional<KubeBinaries> find(Map<String, String> environment) {
        Path home = Path.of(System.getProperty("user.home"));
        return Stream.of(
                        Stream.ofNullable(environment.get("KUBEBUILDER_ASSETS"))
                                .filter(text -> !text.isBlank())
                                .map(Path::of),
                        newestFirst(home.resolve(".kubeapitest").resolve("k8s")),
                        Stream.of(home.resolve(".kubeapitest"), Path.of("/usr/local/kubebuilder/bin")))
                .flatMap(folders -> folders)
                .filter(KubeBinaries::isComplete)
                .findFirst()
                .map(KubeBinaries::new);
    }

    Path etcd() {
        return folder.resolve("etcd");
    }

    Path apiServer() {
        return folder.resolve("kube-apiserver");
    }

    private static boolean isComplete(Path folder) {
        return Files.isExecutable(folder.resolve("etcd")) && Files.isExecutable(folder.resolve("kube-apiserver"));
    }

    private static Stream<Path> newestFirst(Path cache) {
        if (!Files.isDirectory(cache)) {
            return Stream.empty();
        }
        try (Stream<Path> folders = Files.list(cache)) {
            return folders.sorted(Comparator.comparing(KubeBinaries::version).reversed()).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads the version from a folder name such as {@code 1.36.3-linux-amd64}. */
    private static Runtime.Version version(Path folder) {
        String digits =
                folder.getFileName().toString().replaceFirst("[^0-9.].*", "").replaceFirst("\\.$", "");
        try {
            return Runtime.Version.parse(digits);
        } catch (IllegalArgumentException e) {
            return Runtime.Version.parse("1");
        }
    }
}
