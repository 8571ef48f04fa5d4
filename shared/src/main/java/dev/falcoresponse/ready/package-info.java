/** Whether the function can do its work now. */
@NullMarked
package dev.falcoresponse.ready;

import org.jspecify.annotations.NullMarked;
