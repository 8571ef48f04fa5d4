/** The function restrict-access. */
@NullMarked
package dev.falcoresponse.restrictaccess;

import org.jspecify.annotations.NullMarked;
