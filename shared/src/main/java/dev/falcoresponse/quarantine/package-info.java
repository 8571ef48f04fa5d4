/** What a pod that was cut off bears and is held by: isolate-network writes it, release-pod takes it away again. */
@NullMarked
package dev.falcoresponse.quarantine;

import org.jspecify.annotations.NullMarked;
