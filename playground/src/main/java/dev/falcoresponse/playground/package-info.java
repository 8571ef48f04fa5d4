/** The command {@code ./play}, which sends alerts through Triggers into the functions and shows the results. */
@NullMarked
package dev.falcoresponse.playground;

import org.jspecify.annotations.NullMarked;
