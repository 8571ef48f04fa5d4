package dev.falcoresponse.playground;

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

/** What a native image cannot find out for itself is nowhere in the functions, whether or not GraalVM is at hand. */
class NativeTest {
    private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
    private static final JavaClasses FUNCTIONS = new ClassFileImporter().importPaths(folders("target/classes"));

    private static List<Path> folders(String inside) {
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
    void nothingIsLookedUpByItsNameOnTheWayOfAnEvent() {
        assertThat(FUNCTIONS).hasSizeGreaterThan(80);
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.reflect..")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.ServiceLoader")
                // finds CloudEvents' formats by a ServiceLoader
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
    void whatGoesOverTheWireIsOfTheKubernetesModelWhichQuarkusRegisters() {
        Set<String> others = new TreeSet<>();
        for (JavaClass each : FUNCTIONS) {
            each.getReferencedClassObjects().stream()
                    .map(literal -> literal.getValue().getName())
                    .filter(name -> !name.startsWith("io.fabric8.kubernetes.api.model."))
                    // known to the compiler, and to nobody's JSON
                    .filter(name -> !name.startsWith("dev.falcoresponse."))
                    .map(name -> each.getName() + " names " + name)
                    .forEach(others::add);
        }
        // a tree, bytes and anything at all need no type of their own
        assertThat(others)
                .allMatch(other -> other.endsWith(" [B")
                        || other.endsWith(" java.lang.Object")
                        || other.endsWith(" com.fasterxml.jackson.databind.JsonNode"));
    }

    @Test
    void nothingThatAnOperatorSetsIsFixedWhenItIsBuilt() throws IOException {
        Set<String> names = new TreeSet<>();
        for (Path file : Stream.concat(
                        folders("src/main/resources/application.properties").stream(),
                        folders("src/main/resources/META-INF/microprofile-config.properties").stream())
                .toList()) {
            Properties properties = new Properties();
            try (InputStream stream = Files.newInputStream(file)) {
                properties.load(stream);
            }
            names.addAll(properties.stringPropertyNames());
        }
        // each of these is fixed at the build, and of no use to an operator
        assertThat(names)
                .filteredOn(name -> name.startsWith("quarkus.kubernetes-client.")
                        || name.startsWith("quarkus.tls.")
                        || name.startsWith("quarkus.http.ssl"))
                .containsExactly("quarkus.kubernetes-client.devservices.enabled");
    }
}
