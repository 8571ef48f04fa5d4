/** The function delete-pod. */
@NullMarked
package dev.falcoresponse.deletepod;

import org.jspecify.annotations.NullMarked;
