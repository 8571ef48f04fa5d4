package dev.falcoresponse.event;

/**
 * Marks of the events that tell people about a response. Falcosidekick sends them to all of its outputs, so that they
 * come back as alerts: functions refuse them.
 */
public final class Notification {
    /** How the rule of each notification begins; no Trigger may ask for such a rule. */
    public static final String RULE_PREFIX = "Falco response: ";

    /** The event source of each notification. */
    public static final String SOURCE = "falco-response";

    private Notification() {}

    /** Whether an alert is a notification that came back. */
    public static boolean isOne(String rule, String source) {
        return rule.startsWith(RULE_PREFIX) || source.equals(SOURCE);
    }

    /**
     * Refuses a notification that came back.
     *
     * @throws LoopException when it is one
     */
    public static void refuse(String rule, String source) throws LoopException {
        if (isOne(rule, source)) {
            throw new LoopException("This is a notification about a response and no alert: answering it would"
                    + " make an endless loop");
        }
    }
}
