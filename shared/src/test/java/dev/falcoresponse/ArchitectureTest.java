package dev.falcoresponse;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import org.junit.jupiter.api.Test;

/** The arrows between the packages: the steps know what they need, and none knows the whole way. */
final class ArchitectureTest {
    private static final JavaClasses CLASSES =
            new ClassFileImporter().withImportOption(new DoNotIncludeTests()).importPackages("dev.falcoresponse");

    @Test
    void arrowsPointTowardsTheWay() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("way")
                .definedBy("dev.falcoresponse")
                .layer("caller")
                .definedBy("..caller")
                .layer("event")
                .definedBy("..event")
                .layer("settings")
                .definedBy("..settings")
                .layer("kubernetes")
                .definedBy("..kubernetes")
                .layer("resolution")
                .definedBy("..resolution")
                .layer("guard")
                .definedBy("..guard")
                .layer("pace")
                .definedBy("..pace")
                .layer("reply")
                .definedBy("..reply")
                .layer("audit")
                .definedBy("..audit")
                .layer("ready")
                .definedBy("..ready")
                .layer("quarantine")
                .definedBy("..quarantine")
                .whereLayer("resolution")
                .mayOnlyBeAccessedByLayers("way")
                .whereLayer("guard")
                .mayOnlyBeAccessedByLayers("way")
                .whereLayer("pace")
                .mayOnlyBeAccessedByLayers("way")
                .whereLayer("audit")
                .mayOnlyBeAccessedByLayers("way")
                // what two actions agree on is no step of the way
                .whereLayer("quarantine")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("ready")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("reply")
                .mayOnlyBeAccessedByLayers("way", "audit")
                .whereLayer("caller")
                .mayOnlyBeAccessedByLayers("way", "reply")
                .whereLayer("kubernetes")
                .mayOnlyBeAccessedByLayers("way", "caller", "resolution", "audit", "ready", "quarantine")
                .check(CLASSES);
    }

    @Test
    void noStepKnowsTheContainer() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "..caller", "..event", "..resolution", "..guard", "..pace", "..kubernetes", "..audit")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jakarta..", "io.quarkus..")
                .check(CLASSES);
    }

    @Test
    void everyTypeIsAConceptWithAName() {
        classes()
                .should()
                .haveSimpleNameNotEndingWith("Util")
                .andShould()
                .haveSimpleNameNotEndingWith("Helper")
                .andShould()
                .haveSimpleNameNotEndingWith("Manager")
                .andShould()
                .haveSimpleNameNotEndingWith("Impl")
                .check(CLASSES);
    }
}
