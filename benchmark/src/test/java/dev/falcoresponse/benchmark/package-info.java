/** Tests that the benchmark runs, and that no outcome is wrong and no alert is lost. */
@NullMarked
package dev.falcoresponse.benchmark;

import org.jspecify.annotations.NullMarked;
