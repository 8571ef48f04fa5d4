/** Measures what a response costs beside the bare API. */
@NullMarked
package dev.falcoresponse.benchmark;

import org.jspecify.annotations.NullMarked;
