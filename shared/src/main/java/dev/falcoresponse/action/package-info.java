/** What a function implements: an action, the kind of object that it is for, and what can come of it. */
@NullMarked
package dev.falcoresponse.action;

import org.jspecify.annotations.NullMarked;
