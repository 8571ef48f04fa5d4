/** Calls to the API server that the client's DSL cannot express, each with a deadline, and what their errors mean. */
@NullMarked
package dev.falcoresponse.kubernetes;

import org.jspecify.annotations.NullMarked;
