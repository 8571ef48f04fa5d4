/** How often a replica may act: cool-down and budget. */
@NullMarked
package dev.falcoresponse.limits;

import org.jspecify.annotations.NullMarked;
