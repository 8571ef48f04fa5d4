/** The way of an event: {@link dev.falcoresponse.pipeline.Responder} shows it from top to bottom. */
@NullMarked
package dev.falcoresponse.pipeline;

import org.jspecify.annotations.NullMarked;
