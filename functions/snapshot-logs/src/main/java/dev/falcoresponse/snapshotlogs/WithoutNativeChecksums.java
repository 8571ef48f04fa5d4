package dev.falcoresponse.snapshotlogs;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.checksums.SdkChecksum;
import software.amazon.awssdk.checksums.spi.ChecksumAlgorithm;

/**
 * In a native image, the AWS SDK without its optional native library: the image is linked as a whole, and these methods name
 * classes that are not there. On a JVM this has no effect. GraalVM allows no fields here that the target does not have.
 */
@SuppressWarnings("DoNotCallSuggester") // only the SDK names these methods, by those that they replace
@TargetClass(className = "software.amazon.awssdk.checksums.internal.ChecksumProvider")
final class WithoutNativeChecksums {
    /** The SDK then takes the JDK's. */
    @Substitute
    static @Nullable SdkChecksum createCrtCrc32C() {
        return null;
    }

    @Substitute
    static SdkChecksum crc64NvmeCrtImplementation() {
        throw new UnsupportedOperationException("CRC64NVME");
    }

    @Substitute
    static SdkChecksum crtXxHash(ChecksumAlgorithm algorithm) {
        throw new UnsupportedOperationException(algorithm.algorithmId());
    }
}
