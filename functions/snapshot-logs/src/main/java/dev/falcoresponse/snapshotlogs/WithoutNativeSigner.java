package dev.falcoresponse.snapshotlogs;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import software.amazon.awssdk.http.auth.aws.crt.internal.signer.DefaultAwsCrtV4aHttpSigner;

/** In a native image, the AWS SDK without the signer of its optional native library, as {@link WithoutNativeChecksums}. */
@SuppressWarnings("DoNotCallSuggester") // only the SDK names these methods, by those that they replace
@TargetClass(className = "software.amazon.awssdk.http.auth.aws.internal.signer.util.OptionalDependencyLoaderUtil")
final class WithoutNativeSigner {
    @Substitute
    public static DefaultAwsCrtV4aHttpSigner getDefaultAwsCrtV4aHttpSigner() {
        throw new UnsupportedOperationException("signature version 4a");
    }
}
