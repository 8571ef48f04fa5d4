package dev.falcoresponse.event;

import java.time.Instant;

/**
 * The request to take back what this action did to one object. An empty text means that it was not given.
 *
 * @param kind of the object, for actions with several kinds
 * @param name of the object
 * @param uid when given, only the object with this uid is meant
 * @param dryRun whether nothing is to be changed
 */
public record Undo(String id, Instant time, String kind, String namespace, String name, String uid, boolean dryRun)
        implements Event {}
