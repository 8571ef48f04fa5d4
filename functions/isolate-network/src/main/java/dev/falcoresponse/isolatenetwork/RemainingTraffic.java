package dev.falcoresponse.isolatenetwork;

import java.util.List;

/** What an isolation does not stop, in words. */
final class RemainingTraffic {
    static final String ESTABLISHED = "whether they are closed depends on the network plugin";

    private RemainingTraffic() {}

    /** The rest of a sentence when policies of others still let something through. */
    static String sentence(List<String> open) {
        String established = "; connections that are established may go on";
        return open.isEmpty()
                ? established
                : established + "; other NetworkPolicies still let something through, since they add up: "
                        + String.join(", ", open);
    }
}
