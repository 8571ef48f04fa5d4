/** The few calls that the client's DSL cannot express, with deadlines, and what their errors mean. */
@NullMarked
package dev.falcoresponse.kubernetes;

import org.jspecify.annotations.NullMarked;
