/** What stays: one log line, one metric, one Kubernetes Event. */
@NullMarked
package dev.falcoresponse.audit;

import org.jspecify.annotations.NullMarked;
