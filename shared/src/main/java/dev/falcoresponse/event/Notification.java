package dev.falcoresponse.event;

/** How an event looks that tells people what was done: as an alert, so that Falcosidekick takes it. */
public final class Notification {
    /** How its rule begins; no Trigger may ask for such a rule. */
    public static final String RULE = "Falco response: ";

    /** Its event source. */
    public static final String SOURCE = "falco-response";

    private Notification() {}
}
