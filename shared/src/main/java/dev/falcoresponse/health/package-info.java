/** Whether the function can do its work now. */
@NullMarked
package dev.falcoresponse.health;

import org.jspecify.annotations.NullMarked;
