/** What the operator set: read once at the start, and refused when it is wrong. */
@NullMarked
package dev.falcoresponse.settings;

import org.jspecify.annotations.NullMarked;
