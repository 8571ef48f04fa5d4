package dev.falcoresponse.isolatenetwork;

import java.util.List;

/** How far a cut reaches, in words. */
final class Reach {
    static final String ESTABLISHED = "whether they are cut is the network plugin's business";

    private Reach() {}

    /** What must be added when policies of others let something through all the same. */
    static String sentence(List<String> open) {
        return open.isEmpty()
                ? ""
                : "; other NetworkPolicies still let something through, since they add up: " + String.join(", ", open);
    }
}
