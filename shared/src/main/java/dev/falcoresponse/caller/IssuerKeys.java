package dev.falcoresponse.caller;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jspecify.annotations.Nullable;

/** What is known of the issuer, asked for again before it is too old, by one at a time and not more often than it bears. */
final class IssuerKeys {
    /** A key that the issuer has taken back counts no longer than this. */
    private static final Duration RENEWED = Duration.ofMinutes(5);

    /** Nor longer than this while the issuer does not answer. */
    private static final Duration KEPT = Duration.ofHours(1);

    /** A flood of tokens with unknown keys, or an issuer that fails, is no reason to ask more often. */
    private static final Duration ASKED_AGAIN = Duration.ofSeconds(10);

    /** Without any keys nobody is let in, so it is tried again sooner. */
    private static final Duration ASKED_FOR_THE_FIRST = Duration.ofSeconds(1);

    /** Who comes while another asks waits no longer: threads are for alerts. */
    private static final Duration PATIENCE = Duration.ofMillis(500);

    /** What checks a token by the keys of that time. */
    record Known(JwtConsumer consumer, Instant at) {}

    /** Asks the issuer. */
    @FunctionalInterface
    interface Question {
        JwtConsumer ask() throws IOException;
    }

    private final Question question;
    private final InstantSource clock;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile @Nullable Known known;
    private volatile Instant asked = Instant.EPOCH;
    private volatile String failure = "nobody has asked yet";

    IssuerKeys(Question question, InstantSource clock) {
        this.question = question;
        this.clock = clock;
    }

    /**
     * What is known now.
     *
     * @throws IOException when nothing is known that is not too old
     */
    Known current() throws IOException {
        Known now = known;
        if (now == null || isOlder(now.at(), RENEWED)) {
            ask(now);
            now = known;
        }
        if (now == null || isOlder(now.at(), KEPT)) {
            throw new IOException("The issuer's keys cannot be had: " + failure);
        }
        return now;
    }

    /** The same, asked for because a key was unknown; perhaps what was known before. */
    Known renewed(Known before) {
        ask(before);
        Known now = known;
        return now == null ? before : now;
    }

    private void ask(@Nullable Known before) {
        try {
            if (!asking.tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        try {
            if (!Objects.equals(known, before) || !isOlder(asked, known == null ? ASKED_FOR_THE_FIRST : ASKED_AGAIN)) {
                return;
            }
            known = question();
        } finally {
            asking.unlock();
        }
    }

    /** What is known afterwards: what was known before, if that fails. */
    private @Nullable Known question() {
        try {
            return new Known(question.ask(), clock.instant());
        } catch (IOException | RuntimeException e) {
            failure = e.toString();
            return known;
        } finally {
            asked = clock.instant();
        }
    }

    private boolean isOlder(Instant at, Duration age) {
        return at.plus(age).isBefore(clock.instant());
    }
}
