/** What nobody thought of: bytes and settings that a machine makes up. */
@NullMarked
package dev.falcoresponse.fuzz;

import org.jspecify.annotations.NullMarked;
