/** A broker as Knative's: filters, deliveries, repetitions, dead letters, replies. */
@NullMarked
package dev.falcoresponse.playground.broker;

import org.jspecify.annotations.NullMarked;
