package dev.falcoresponse;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The dependencies between packages, and what {@code shared} must not know. */
final class ArchitectureTest {
    private static final JavaClasses CLASSES =
            new ClassFileImporter().withImportOption(new DoNotIncludeTests()).importPackages("dev.falcoresponse");

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.falcoresponse.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    /** The mark for native images, which changes nothing else, is no dependency on the container. */
    private static final DescribedPredicate<JavaClass> CONTAINER = resideInAnyPackage("jakarta..", "io.quarkus..")
            .and(not(type(RegisterForReflection.class)))
            .as("the container");

    @Test
    void onlyTheEdgesKnowTheContainer() {
        noClasses()
                .that()
                .resideInAnyPackage("..action..", "..event..", "..record..", "..pods..", "..limits..", "..kubernetes..")
                .should()
                .dependOnClassesThat(CONTAINER)
                .check(CLASSES);
    }

    @Test
    void limitsAndRecordsKnowNothingOfKubernetesClients() {
        noClasses()
                .that()
                .resideInAnyPackage("..limits..", "..record..", "..action..", "..event..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.fabric8..")
                .check(CLASSES);
    }

    @Test
    void theLimiterKnowsNothingOfEvents() {
        noClasses()
                .that()
                .resideInAPackage("..limits..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("..event..", "..pipeline..", "..pods..", "..kubernetes..", "..record..")
                .check(CLASSES);
    }

    @Test
    void thePipelineKnowsNoKindOfObjectAndNoHttp() {
        noClasses()
                .that()
                .resideInAPackage("..pipeline..")
                .and()
                .doNotHaveSimpleName("Wiring")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("..pods..", "..kubernetes..", "..http..", "io.fabric8..", "io.vertx..", "jakarta..")
                .check(CLASSES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Util", "Utils", "Helper", "Manager", "Impl", "Common"})
    void everyTypeIsAConceptWithAName(String ending) {
        classes().should().haveSimpleNameNotEndingWith(ending).check(CLASSES);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "delete-pod",
                "isolate-network",
                "snapshot-logs",
                "notify-falcosidekick",
                "release-pod",
                "cordon-node",
                "suspend-workload",
                "restrict-access",
                "request-approval"
            })
    void sharedNamesNoAction(String action) throws IOException {
        List<String> written =
                List.of(action, action.replace("-", "_").toUpperCase(Locale.ROOT), action.replace("-", ""));
        try (Stream<Path> sources = Files.walk(Path.of("src/main"))) {
            List<Path> files = sources.filter(Files::isRegularFile).toList();
            assertThat(files)
                    .hasSizeGreaterThan(50)
                    .allSatisfy(file -> assertThat(Files.readString(file)).doesNotContain(written));
        }
    }
}
