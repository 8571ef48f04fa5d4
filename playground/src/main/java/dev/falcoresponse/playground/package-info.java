/** One command that shows alerts travel through Triggers into the functions, and what becomes of the pods. */
@NullMarked
package dev.falcoresponse.playground;

import org.jspecify.annotations.NullMarked;
