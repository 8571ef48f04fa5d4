/** The clusters in which the functions act. */
@NullMarked
package dev.falcoresponse.playground.cluster;

import org.jspecify.annotations.NullMarked;
