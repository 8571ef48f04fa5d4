/** The function suspend-workload. */
@NullMarked
package dev.falcoresponse.suspendworkload;

import org.jspecify.annotations.NullMarked;
