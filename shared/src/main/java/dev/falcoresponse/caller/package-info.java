/** Who may call a function. */
@NullMarked
package dev.falcoresponse.caller;

import org.jspecify.annotations.NullMarked;
