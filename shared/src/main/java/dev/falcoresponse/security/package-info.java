/** Who may call a function. */
@NullMarked
package dev.falcoresponse.security;

import org.jspecify.annotations.NullMarked;
