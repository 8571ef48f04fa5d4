package dev.falcoresponse.action;

/** The alert for which an object was changed, as its marks tell; an empty text means that they do not. */
public record Cause(String rule, String eventId, String eventTime) {}
