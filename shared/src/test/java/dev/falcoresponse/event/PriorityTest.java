package dev.falcoresponse.event;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class PriorityTest {
    @ParameterizedTest
    @EnumSource
    void whatFalcoWritesIsReadBack(Priority priority) {
        assertThat(Priority.named(priority.text())).contains(priority);
        assertThat(Priority.named(" " + priority.name() + " ")).contains(priority);
    }

    @Test
    void emergencyIsTheHighest() {
        assertThat(Priority.values()).isSorted().startsWith(Priority.DEBUG).endsWith(Priority.EMERGENCY);
        assertThat(Priority.INFORMATIONAL.text()).isEqualTo("Informational");
    }
}
