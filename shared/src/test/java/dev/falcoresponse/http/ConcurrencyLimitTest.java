package dev.falcoresponse.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.http.ConcurrencyLimit.Permit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many requests are processed at the same time, measured by their bodies. */
final class ConcurrencyLimitTest {
    private static final long KIB = 1024;

    /** A heap for bodies of so many kibibytes. */
    private static ConcurrencyLimit room(long kibibytes) {
        return new ConcurrencyLimit(kibibytes * 64 * KIB);
    }

    private static Permit permit(ConcurrencyLimit limit, long length) {
        return limit.acquire(length).orElseThrow();
    }

    private static void assertRoom(ConcurrencyLimit limit, int kibibytes) {
        for (int i = 0; i < kibibytes; i++) {
            permit(limit, KIB);
        }
        assertThat(limit.acquire(0)).isEmpty();
    }

    @Test
    void bodiesTogetherFitIntoTheHeap() {
        ConcurrencyLimit limit = room(10);
        permit(limit, 6 * KIB);

        assertThat(limit.acquire(5 * KIB)).isEmpty();
        assertRoom(limit, 4);
    }

    @Test
    void thereAreNoMoreThanAThousandRequests() {
        assertRoom(new ConcurrencyLimit(Long.MAX_VALUE), 1000);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 64 * 1024})
    void theSmallestHeapAdmitsOneRequest(long heap) {
        assertRoom(new ConcurrencyLimit(heap), 1);
    }

    @Test
    void aSingleRequestIsAdmittedWhateverItsLength() {
        ConcurrencyLimit limit = room(10);
        Permit permit = permit(limit, Long.MAX_VALUE / 2);

        assertThat(limit.acquire(0)).isEmpty();
        permit.release();
        assertRoom(limit, 10);
    }

    @Test
    void aBodyOfUnknownLengthCostsMoreThanAnAlertHas() {
        ConcurrencyLimit limit = room(100);
        permit(limit, -1);

        assertRoom(limit, 36);
    }

    @Test
    void aReleasedPermitMakesRoomOnce() {
        ConcurrencyLimit limit = room(10);
        Permit permit = permit(limit, 10 * KIB);

        permit.release();
        permit.release();
        assertRoom(limit, 10);
    }

    @Test
    void aBodyThatIsLongerThanAnnouncedTakesMoreRoom() {
        ConcurrencyLimit limit = room(10);
        Permit permit = permit(limit, KIB);

        assertThat(permit.resize(4 * KIB)).isTrue();
        assertRoom(limit, 6);
    }

    @Test
    void withoutRoomABodyCannotGrow() {
        ConcurrencyLimit limit = room(10);
        Permit permit = permit(limit, KIB);
        permit(limit, 8 * KIB);

        assertThat(permit.resize(3 * KIB)).isFalse();
        permit.release();
        assertRoom(limit, 2);
    }

    @Test
    void whatWasReleasedCannotGrow() {
        ConcurrencyLimit limit = room(10);
        Permit permit = permit(limit, KIB);
        permit.release();

        assertThat(permit.resize(KIB)).isFalse();
        assertRoom(limit, 10);
    }
}
