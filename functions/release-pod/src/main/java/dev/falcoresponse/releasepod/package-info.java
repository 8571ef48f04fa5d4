/** The function release-pod. */
@NullMarked
package dev.falcoresponse.releasepod;

import org.jspecify.annotations.NullMarked;
