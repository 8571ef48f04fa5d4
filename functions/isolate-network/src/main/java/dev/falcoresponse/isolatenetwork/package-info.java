/** The function isolate-network. */
@NullMarked
package dev.falcoresponse.isolatenetwork;

import org.jspecify.annotations.NullMarked;
