/** Shared test code: a real API server, functions as processes, recorded alerts, fault proxies. */
@NullMarked
package dev.falcoresponse.testing;

import org.jspecify.annotations.NullMarked;
