/**
 * HTTP in one direction: gate, normaliser, Funqy, function, and Funqy writes the reply. A refusal is an exception, which one
 * failure handler turns into problem+json.
 */
@NullMarked
package dev.falcoresponse.http;

import org.jspecify.annotations.NullMarked;
