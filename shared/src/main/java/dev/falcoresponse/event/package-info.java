/** From bytes to the alert, and the pod that it names. */
@NullMarked
package dev.falcoresponse.event;

import org.jspecify.annotations.NullMarked;
