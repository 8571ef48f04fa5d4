package dev.falcoresponse.snapshotlogs;

import static org.assertj.core.api.Assertions.assertThat;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import java.io.File;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A native image is linked as a whole: classes that are not there may be named only where they are never reached. */
final class NativeLinkingTest {
    private static final String LIBRARY = "software/amazon/awssdk/crt/";

    /** Reached by nothing that this function uses; the last two by parts that are substituted. */
    private static final List<String> UNREACHED = List.of(
            "software/amazon/awssdk/services/s3/internal/crt/",
            "software/amazon/awssdk/services/s3/crt/",
            "software/amazon/awssdk/crtcore/",
            "software/amazon/awssdk/http/auth/aws/crt/",
            "software/amazon/awssdk/checksums/internal/");

    @Test
    void theOptionalLibraryIsNamedOnlyWhereNothingReachesIt() throws IOException {
        Set<String> naming = new TreeSet<>();
        for (String path : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (path.contains("awssdk") && path.endsWith(".jar")) {
                try (JarFile jar = new JarFile(path)) {
                    for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
                        if (entry.getName().endsWith(".class")
                                && namesLibrary(jar.getInputStream(entry).readAllBytes())) {
                            naming.add(entry.getName());
                        }
                    }
                }
            }
        }

        assertThat(naming)
                .contains("software/amazon/awssdk/checksums/internal/ChecksumProvider.class")
                .allMatch(name -> UNREACHED.stream().anyMatch(name::startsWith));
    }

    private static boolean namesLibrary(byte[] bytes) {
        Iterable<PoolEntry> pool = ClassFile.of().parse(bytes).constantPool();
        return StreamSupport.stream(pool.spliterator(), false)
                .filter(ClassEntry.class::isInstance)
                .map(entry -> ((ClassEntry) entry).asInternalName())
                .anyMatch(name -> name.startsWith(LIBRARY));
    }

    @ParameterizedTest
    @ValueSource(classes = {WithoutNativeChecksums.class, WithoutNativeSigner.class})
    void everySubstitutedMethodIsThere(Class<?> substitution) throws ClassNotFoundException {
        Class<?> target =
                Class.forName(substitution.getAnnotation(TargetClass.class).className());
        List<Method> substituted = Arrays.stream(substitution.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Substitute.class))
                .toList();

        assertThat(substituted)
                .isNotEmpty()
                .allSatisfy(method -> assertThat(target.getDeclaredMethods())
                        .anyMatch(each -> each.getName().equals(method.getName())
                                && each.getReturnType().equals(method.getReturnType())
                                && Arrays.equals(each.getParameterTypes(), method.getParameterTypes())));
    }
}
