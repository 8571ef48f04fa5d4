/** What each event leaves behind: one log line, one count, one Kubernetes Event. */
@NullMarked
package dev.falcoresponse.audit;

import org.jspecify.annotations.NullMarked;
