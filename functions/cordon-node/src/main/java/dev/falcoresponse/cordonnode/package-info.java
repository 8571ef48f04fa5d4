/** The function cordon-node. */
@NullMarked
package dev.falcoresponse.cordonnode;

import org.jspecify.annotations.NullMarked;
