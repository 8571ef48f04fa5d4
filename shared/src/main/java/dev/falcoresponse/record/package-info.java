/** What is told about one event: the record, and the problem that refuses a request. */
@NullMarked
package dev.falcoresponse.record;

import org.jspecify.annotations.NullMarked;
