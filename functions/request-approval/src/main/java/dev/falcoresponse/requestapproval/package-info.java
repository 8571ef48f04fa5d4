/** The function request-approval. */
@NullMarked
package dev.falcoresponse.requestapproval;

import org.jspecify.annotations.NullMarked;
