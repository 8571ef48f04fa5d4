package dev.falcoresponse.event;

import java.time.Instant;

/** A clock's event: changes whose time is over are to be undone. */
public record Tick(String id, Instant time) implements Event {}
