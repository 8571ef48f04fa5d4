/** What tests and the playground share: a real API server, functions as processes, recorded alerts. */
@NullMarked
package dev.falcoresponse.testing;

import org.jspecify.annotations.NullMarked;
