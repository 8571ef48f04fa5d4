package dev.falcoresponse.action;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Why an event ended as it did, in records, metrics, CloudEvents and Kubernetes Events. The reasons of the pipeline are
 * listed here; each action adds its own.
 *
 * @param kind the kind of outcome that it is a reason for
 * @param text kebab-case
 */
public record Reason(Kind kind, String text) {
    private static final Pattern KEBAB_CASE = Pattern.compile("[a-z]+(-[a-z]+)*");

    /** The kinds of outcomes. */
    public enum Kind {
        ACTED,
        PREVIEWED,
        SKIPPED,
        DENIED,
        FAILED,
        REJECTED;

        /** As it is written in records, metrics and CloudEvents. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final List<Reason> COMMON = new ArrayList<>();

    public static final Reason DRY_RUN = common(Kind.PREVIEWED, "dry-run");

    public static final Reason NO_POD = common(Kind.SKIPPED, "no-pod");
    public static final Reason HOST = common(Kind.SKIPPED, "host");
    public static final Reason NOT_FOUND = common(Kind.SKIPPED, "not-found");
    public static final Reason REPLACED = common(Kind.SKIPPED, "replaced");
    public static final Reason TERMINATING = common(Kind.SKIPPED, "terminating");
    public static final Reason ALREADY_DONE = common(Kind.SKIPPED, "already-done");
    public static final Reason RECENTLY_HANDLED = common(Kind.SKIPPED, "recently-handled");
    public static final Reason STALE = common(Kind.SKIPPED, "stale");
    public static final Reason NOTHING_TO_UNDO = common(Kind.SKIPPED, "nothing-to-undo");

    public static final Reason PROTECTED_NAMESPACE = common(Kind.DENIED, "protected-namespace");
    public static final Reason EXEMPT = common(Kind.DENIED, "exempt");
    public static final Reason PRIORITY = common(Kind.DENIED, "priority");
    public static final Reason RULE = common(Kind.DENIED, "rule");
    public static final Reason OWNER_KIND = common(Kind.DENIED, "owner-kind");
    public static final Reason SELF = common(Kind.DENIED, "self");
    public static final Reason BUDGET = common(Kind.DENIED, "budget");
    public static final Reason UNPROVEN = common(Kind.DENIED, "unproven");
    public static final Reason OTHER_CLUSTER = common(Kind.DENIED, "other-cluster");

    public static final Reason FORBIDDEN = common(Kind.FAILED, "forbidden");
    public static final Reason REFUSED_BY_ADMISSION = common(Kind.FAILED, "refused-by-admission");
    public static final Reason DISRUPTION_BUDGET = common(Kind.FAILED, "disruption-budget");
    public static final Reason UNAVAILABLE = common(Kind.FAILED, "unavailable");
    public static final Reason TIMEOUT = common(Kind.FAILED, "timeout");
    public static final Reason CONFLICT = common(Kind.FAILED, "conflict");
    public static final Reason STORAGE = common(Kind.FAILED, "storage");
    public static final Reason NOT_YET_KNOWN = common(Kind.FAILED, "not-yet-known");

    public static final Reason UNREADABLE = common(Kind.REJECTED, "unreadable");
    public static final Reason TOO_LARGE = common(Kind.REJECTED, "too-large");
    public static final Reason UNAUTHENTICATED = common(Kind.REJECTED, "unauthenticated");
    public static final Reason NOT_ALLOWED = common(Kind.REJECTED, "not-allowed");
    public static final Reason OVERLOADED = common(Kind.REJECTED, "overloaded");

    public Reason {
        if (!KEBAB_CASE.matcher(text).matches()) {
            throw new IllegalArgumentException("A reason is written in kebab-case: " + text);
        }
    }

    public static Reason acted(String text) {
        return new Reason(Kind.ACTED, text);
    }

    public static Reason skipped(String text) {
        return new Reason(Kind.SKIPPED, text);
    }

    public static Reason denied(String text) {
        return new Reason(Kind.DENIED, text);
    }

    public static Reason failed(String text) {
        return new Reason(Kind.FAILED, text);
    }

    private static Reason common(Kind kind, String text) {
        Reason reason = new Reason(kind, text);
        COMMON.add(reason);
        return reason;
    }

    /** The reasons of the pipeline, which every function can answer with. */
    public static List<Reason> ofPipeline() {
        return List.copyOf(COMMON);
    }

    Reason require(Kind required) {
        if (kind != required) {
            throw new IllegalArgumentException(text + " is no reason for " + required);
        }
        return this;
    }
}
