/** What the operator forbade: each guard a named refusal, all of them in one list. */
@NullMarked
package dev.falcoresponse.guard;

import org.jspecify.annotations.NullMarked;
