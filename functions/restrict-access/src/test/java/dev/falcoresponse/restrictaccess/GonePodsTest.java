package dev.falcoresponse.restrictaccess;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.action.OutcomeException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class GonePodsTest {
    private static final List<Restriction> RESTRICTED = List.of(restriction("a"), restriction("b"));

    private final Set<String> existing = new HashSet<>(Set.of("a", "b"));
    private long now;
    private final GonePods gone = new GonePods(each -> existing.contains(each.key()), () -> now);

    private static Restriction restriction(String uid) {
        return new Restriction(SubjectKind.POD, uid, Map.of("name", "shop/web-0"));
    }

    private List<String> found() throws OutcomeException {
        return gone.among(RESTRICTED).stream().map(Restriction::key).toList();
    }

    @Test
    void aPodIsGoneOnceNoneOfItsTokensIsAccepted() throws OutcomeException {
        existing.remove("b");
        assertThat(found()).isEmpty();
        now += Duration.ofSeconds(29).toNanos();
        assertThat(found()).isEmpty();
        now += Duration.ofSeconds(1).toNanos();
        assertThat(found()).containsExactly("b");
    }

    @Test
    void aPodThatIsSeenAgainIsNotGone() throws OutcomeException {
        existing.remove("b");
        assertThat(found()).isEmpty();
        existing.add("b");
        assertThat(found()).isEmpty();
        existing.remove("b");
        now += Duration.ofSeconds(60).toNanos();
        assertThat(found()).isEmpty();
    }
}
