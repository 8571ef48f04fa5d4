/** What arrives: a CloudEvent is read as an alert, as the request to undo a change, or as the tick of a clock. */
@NullMarked
package dev.falcoresponse.event;

import org.jspecify.annotations.NullMarked;
