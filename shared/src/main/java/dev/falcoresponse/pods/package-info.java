/** Pods as a target: which pod an alert is about, whether it is the one, and what protects it. */
@NullMarked
package dev.falcoresponse.pods;

import org.jspecify.annotations.NullMarked;
