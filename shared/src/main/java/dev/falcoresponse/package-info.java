/** The way of one event: {@link dev.falcoresponse.Responder} has it from top to bottom. */
@NullMarked
package dev.falcoresponse;

import org.jspecify.annotations.NullMarked;
