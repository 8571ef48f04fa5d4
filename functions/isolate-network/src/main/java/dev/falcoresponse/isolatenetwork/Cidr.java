package dev.falcoresponse.isolatenetwork;

import io.netty.util.NetUtil;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.spi.Converter;

/** A range of addresses; a single one is the range with all of its bits. */
record Cidr(InetAddress address, int bits) {
    private static final Pattern WRITTEN = Pattern.compile("([^/]+)/(\\d{1,3})");

    // the JDK takes "1.2" for an address too, and a zone behind a % sign
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern IPV6 = Pattern.compile("(?=.*:.*:)[0-9A-Fa-f:.]{2,45}");

    /** An address as it is written, never a name to look up; empty when it is none. */
    static Optional<Cidr> address(String text) {
        if (!IPV4.matcher(text).matches() && !IPV6.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            InetAddress address = InetAddress.ofLiteral(text);
            return Optional.of(new Cidr(address, address.getAddress().length * 8));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** A range as {@code 10.0.0.0/8}; bits behind its length are dropped. Empty when it is none. */
    static Optional<Cidr> parse(String text) {
        Matcher written = WRITTEN.matcher(text);
        if (!written.matches()) {
            return Optional.empty();
        }
        int bits = Integer.parseInt(written.group(2));
        return address(written.group(1)).filter(whole -> bits <= whole.bits()).map(whole -> whole.truncatedTo(bits));
    }

    private Cidr truncatedTo(int length) {
        byte[] bytes = address.getAddress();
        for (int bit = length; bit < bits; bit++) {
            bytes[bit / 8] &= (byte) ~(0x80 >> bit % 8);
        }
        try {
            return new Cidr(InetAddress.getByAddress(bytes), length);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean isV4() {
        return address.getAddress().length == 4;
    }

    /** Whether the other range lies in this one. */
    boolean contains(Cidr other) {
        int behind = address.getAddress().length * 8 - bits;
        return isV4() == other.isV4()
                && other.bits >= bits
                && number().shiftRight(behind).equals(other.number().shiftRight(behind));
    }

    /** The lowest address as a number. */
    BigInteger first() {
        return number();
    }

    /** The highest address as a number. */
    BigInteger last() {
        int behind = address.getAddress().length * 8 - bits;
        return number().add(BigInteger.ONE.shiftLeft(behind)).subtract(BigInteger.ONE);
    }

    private BigInteger number() {
        return new BigInteger(1, address.getAddress());
    }

    /** The address alone, as RFC 5952 writes it. */
    String host() {
        return NetUtil.toAddressString(address);
    }

    @Override
    public String toString() {
        return host() + "/" + bits;
    }

    /** Reads a range from the settings. */
    public static final class Reader implements Converter<Cidr> {
        private static final long serialVersionUID = 1;

        @Override
        public Cidr convert(String text) {
            return parse(text.strip())
                    .orElseThrow(() -> new IllegalArgumentException(
                            "\"" + text.strip() + "\" is no range of addresses, such as 10.0.0.0/8"));
        }
    }
}
