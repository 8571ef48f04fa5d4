package dev.falcoresponse.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NamespacePatternsTest {
    private final NamespacePatterns patterns = new NamespacePatterns(List.of("kube-*", "falco"));

    @ParameterizedTest
    @CsvSource({"kube-system,true", "kube-,true", "kube,false", "falco,true", "falco-response,false", "shop,false"})
    void onlyAStarAtTheEndStandsForMore(String namespace, boolean matches) {
        assertThat(patterns.matches(namespace)).isEqualTo(matches);
    }
}
