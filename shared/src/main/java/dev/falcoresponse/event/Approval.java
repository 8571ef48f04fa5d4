package dev.falcoresponse.event;

import java.time.Instant;

/**
 * What an event says of its approval. Nothing is verified here.
 *
 * @param by the person
 * @param at when the approval was handed on
 * @param request the uid of the request that was approved
 * @param digest of the alert, as {@link ApprovedAlerts#digest} computes it
 */
public record Approval(String by, Instant at, String request, String digest) {}
