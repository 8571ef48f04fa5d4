package dev.falcoresponse.playground;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The components of {@code knative/}. */
public final class Components {
    private static final Path KNATIVE = Path.of("..", "knative");

    private Components() {}

    /** The names of all, in alphabetical order. */
    static List<String> names() throws IOException {
        try (Stream<Path> folders = Files.list(KNATIVE.resolve("components"))) {
            return folders.map(each -> each.getFileName().toString()).sorted().toList();
        }
    }

    /** Writes an overlay of the manifests with these components, in their order, into a folder, and returns the folder. */
    public static Path overlay(Path folder, List<String> names) throws IOException {
        Path knative = folder.toAbsolutePath()
                .normalize()
                .relativize(KNATIVE.toAbsolutePath().normalize());
        StringBuilder kustomization = new StringBuilder("""
                apiVersion: kustomize.config.k8s.io/v1beta1
                kind: Kustomization
                resources: [%s]
                components:
                """.formatted(knative));
        names.forEach(name -> kustomization.append("  - %s/components/%s%n".formatted(knative, name)));
        Files.writeString(Files.createDirectories(folder).resolve("kustomization.yaml"), kustomization);
        return folder;
    }
}
