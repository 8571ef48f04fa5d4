/** From the pod that an event names to the pod that really alerted, or why not. */
@NullMarked
package dev.falcoresponse.resolution;

import org.jspecify.annotations.NullMarked;
