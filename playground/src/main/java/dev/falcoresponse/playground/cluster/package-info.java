/** Where the pods are. */
@NullMarked
package dev.falcoresponse.playground.cluster;

import org.jspecify.annotations.NullMarked;
