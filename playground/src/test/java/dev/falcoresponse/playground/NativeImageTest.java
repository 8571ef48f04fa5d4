package dev.falcoresponse.playground;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The functions have nothing that a native image would need hints for; the test needs no GraalVM. */
final class NativeImageTest {
    private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
    private static final JavaClasses FUNCTIONS = new ClassFileImporter().importPaths(subfolders("target/classes"));

    private static List<Path> subfolders(String inside) {
        try (Stream<Path> functions = Files.list(HOME.resolve("functions"))) {
            return Stream.concat(functions, Stream.of(HOME.resolve("shared")))
                    .map(folder -> folder.resolve(inside))
                    .filter(Files::exists)
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void noClassOrResourceIsLookedUpByName() {
        assertThat(FUNCTIONS).hasSizeGreaterThan(80);
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.reflect..")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.ServiceLoader")
                // uses a ServiceLoader
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("io.cloudevents.core.provider.EventFormatProvider")
                .orShould()
                .callMethod(Class.class, "forName", String.class)
                .orShould()
                .callMethod(Class.class, "getResource", String.class)
                .orShould()
                .callMethod(Class.class, "getResourceAsStream", String.class)
                .check(FUNCTIONS);
    }

    @Test
    void onlyClassesThatQuarkusRegistersAreReadFromJson() {
        Set<String> others = new TreeSet<>();
        for (JavaClass each : FUNCTIONS) {
            each.getReferencedClassObjects().stream()
                    .map(literal -> literal.getValue().getName())
                    .filter(name -> !name.startsWith("io.fabric8.kubernetes.api.model."))
                    // our own classes are named for other reasons than to read JSON
                    .filter(name -> !name.startsWith("dev.falcoresponse."))
                    .map(name -> each.getName() + " names " + name)
                    .forEach(others::add);
        }
        // these need no registration: Jackson has deserializers for them, or they are only named
        Set<String> built = Set.of(
                "[B",
                "java.lang.Object",
                "java.lang.String",
                "java.util.List",
                "java.util.Map",
                "com.fasterxml.jackson.databind.JsonNode",
                "io.cloudevents.CloudEvent");
        assertThat(others).allMatch(other -> built.contains(other.substring(other.lastIndexOf(' ') + 1)));
    }

    @Test
    void theRecordsThatJacksonWritesAreRegistered() {
        classes()
                .that()
                .resideInAPackage("dev.falcoresponse.record")
                .and()
                .areRecords()
                .should()
                .beAnnotatedWith("io.quarkus.runtime.annotations.RegisterForReflection")
                .check(FUNCTIONS);
    }

    @Test
    void noSettingForOperatorsIsFixedAtBuildTime() throws IOException {
        Set<String> names = new TreeSet<>();
        for (Path file : Stream.concat(
                        subfolders("src/main/resources/application.properties").stream(),
                        subfolders("src/main/resources/META-INF/microprofile-config.properties").stream())
                .toList()) {
            Properties properties = new Properties();
            try (InputStream stream = Files.newInputStream(file)) {
                properties.load(stream);
            }
            names.addAll(properties.stringPropertyNames());
        }
        // this one is fixed at build time, and no operator needs to change it
        assertThat(names)
                .filteredOn(name -> name.startsWith("quarkus.kubernetes-client.")
                        || name.startsWith("quarkus.tls.")
                        || name.startsWith("quarkus.http.ssl"))
                .containsExactly("quarkus.kubernetes-client.devservices.enabled");
    }
}
