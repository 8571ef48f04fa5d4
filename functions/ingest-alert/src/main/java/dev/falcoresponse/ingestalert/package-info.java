/** The function ingest-alert. */
@NullMarked
package dev.falcoresponse.ingestalert;

import org.jspecify.annotations.NullMarked;
