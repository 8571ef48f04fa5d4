package dev.falcoresponse.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** Marks tests that need a real kube-apiserver, which they get as a {@link KubeApiServer} parameter. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(KubeApiServerExtension.class)
public @interface NeedsKubeApiServer {
    /** Whether the class gets an API server of its own, since it creates objects whose names are given. */
    boolean own() default false;
}
