/** The function snapshot-logs. */
@NullMarked
package dev.falcoresponse.snapshotlogs;

import org.jspecify.annotations.NullMarked;
