/** What goes back: the record, its CloudEvent, the status, and the door that all of it passes. */
@NullMarked
package dev.falcoresponse.reply;

import org.jspecify.annotations.NullMarked;
