package org.ppspp.client;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;
import org.ppspp.engine.Dialect;
import org.ppspp.engine.EngineConfig;
import org.ppspp.engine.LiveSnapshot;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.engine.SwarmSnapshot;
import org.ppspp.integrity.HashFunction;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.integrity.LiveAlgorithm;
import org.ppspp.integrity.LivePublicKey;
import org.ppspp.integrity.LiveSigner;
import org.ppspp.media.input.InputSettings;
import org.ppspp.media.input.LiveInput;
import org.ppspp.storage.ExistingFile;
import org.ppspp.storage.LocalContentException;
import org.ppspp.storage.Progress;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.SwarmId;
import org.ppspp.wire.TransportAddress;

/** The client is a user of the library like any other. */
@AnalyzeClasses(packages = "org.ppspp.client", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    /** Values of the library's packages that its own methods take or return. */
    private static final Set<Class<?>> VALUES = Set.of(
            Dialect.class,
            EngineConfig.class,
            SwarmMetadata.class,
            SwarmSnapshot.class,
            HashFunction.class,
            IntegrityMethod.class,
            LiveAlgorithm.class,
            LivePublicKey.class,
            LiveSigner.class,
            LiveSnapshot.class,
            LiveInput.class,
            InputSettings.class,
            ExistingFile.class,
            LocalContentException.class,
            Progress.class,
            ChunkAddressing.class,
            SwarmId.class,
            TransportAddress.class);

    private ArchitectureTest() {}

    @ArchTest
    static final ArchRule USES_THE_LIBRARY_THROUGH_ITS_FRONT = classes()
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                            "org.ppspp.client..",
                            "org.ppspp",
                            "org.ppspp.gateway",
                            "java..",
                            "picocli..",
                            "org.slf4j..",
                            "ch.qos.logback..",
                            "com.fasterxml.jackson..",
                            "org.jspecify.annotations..")
                    .or(describe("a value of the library", ArchitectureTest::isValue)))
            .because("whatever the client does, another program can do with the library's public face");

    private static boolean isValue(JavaClass type) {
        JavaClass element = type.getBaseComponentType();
        return element.isPrimitive()
                || resideInAPackage("java..").test(element)
                || VALUES.stream().anyMatch(value -> element.isEquivalentTo(value) || isInside(element, value));
    }

    private static boolean isInside(JavaClass type, Class<?> value) {
        return type.getName().startsWith(value.getName() + "$");
    }
}
