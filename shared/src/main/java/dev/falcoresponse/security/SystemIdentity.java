package dev.falcoresponse.security;

import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Denied;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.event.AuditedUser;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Identities that a cluster cannot do without, and those of the response itself. The policy that refuses never applies to them.
 *
 * @param ownNamespace of this function
 */
public record SystemIdentity(String ownNamespace) {
    public static final Reason REASON = Reason.denied("system-identity");

    /** How the name of a ServiceAccount begins. */
    public static final String ACCOUNT = "system:serviceaccount:";

    private static final Pattern SERVICE_ACCOUNT = Pattern.compile(ACCOUNT + "([^:]+):([^:]+)");

    /**
     * Why a user is never restricted; empty when it can be.
     *
     * @param groups as far as they are known
     */
    public Optional<Outcome> refusal(String userName, List<String> groups) {
        if (groups.contains(AuditedUser.MASTERS)) {
            return denied("User " + userName + " belongs to " + AuditedUser.MASTERS + ", which no policy restricts");
        }
        if (!userName.startsWith("system:")) {
            return Optional.empty();
        }
        Optional<String> namespace = namespace(userName);
        if (namespace.isEmpty()) {
            return denied(userName + " is an identity of the control plane");
        }
        return namespace.get().startsWith("kube-") || namespace.get().equals(ownNamespace)
                ? denied(userName + " belongs to the control plane or to the response itself")
                : Optional.empty();
    }

    private static Optional<Outcome> denied(String message) {
        return Optional.of(new Denied(REASON, message));
    }

    /** The namespace of a ServiceAccount; empty for other users. */
    public static Optional<String> namespace(String userName) {
        Matcher account = SERVICE_ACCOUNT.matcher(userName);
        return account.matches() ? Optional.of(account.group(1)) : Optional.empty();
    }
}
