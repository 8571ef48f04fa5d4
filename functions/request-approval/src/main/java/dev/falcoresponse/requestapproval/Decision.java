package dev.falcoresponse.requestapproval;

import java.time.Instant;

/**
 * What a person has decided.
 *
 * @param by as admission has verified it
 * @param at when, as the API server noted it
 */
record Decision(boolean approved, String by, Instant at) {}
