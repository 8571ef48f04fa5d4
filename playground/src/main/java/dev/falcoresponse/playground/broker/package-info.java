/** Emulates Knative's broker: filters, deliveries, retries, dead letters, replies. */
@NullMarked
package dev.falcoresponse.playground.broker;

import org.jspecify.annotations.NullMarked;
