package dev.falcoresponse.settings;

import org.eclipse.microprofile.config.spi.Converter;

/** Which proof of an object's identity a change needs. */
public enum Proof {
    /** Its uid, or the id of one of its containers. */
    PROVEN,
    /** Also that it existed long enough before the alert. */
    AGE;

    /** Reads {@code proven} or {@code age}. */
    public static final class Reader implements Converter<Proof> {
        @Override
        public Proof convert(String text) {
            return Converters.oneOf(text, values());
        }
    }
}
