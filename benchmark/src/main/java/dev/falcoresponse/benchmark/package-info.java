/** Measures what a response costs compared with the bare Kubernetes API. */
@NullMarked
package dev.falcoresponse.benchmark;

import org.jspecify.annotations.NullMarked;
