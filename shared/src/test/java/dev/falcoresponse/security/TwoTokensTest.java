package dev.falcoresponse.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.kubernetes.AccessApi;
import dev.falcoresponse.kubernetes.MemoryApi;
import dev.falcoresponse.security.Callers.Verdict;
import dev.falcoresponse.settings.TestSettings;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With two ways to be admitted, one is enough. */
final class TwoTokensTest {
    @Test
    void theSharedTokenAdmitsAlsoWhileTheApiServerIsAway(@TempDir Path folder) throws Exception {
        MemoryApi api =
                new MemoryApi().on("POST /apis/authentication.k8s.io/v1/tokenreviews", new ConnectException("refused"));
        String file = Files.writeString(folder.resolve("token"), "a.b.c").toString();
        Callers callers = Callers.of(
                TestSettings.of("RESPONSE_TOKEN_FILE", file, "RESPONSE_OIDC_AUDIENCE", "x"),
                new AccessApi(api.client()),
                System::nanoTime);

        assertThat(callers.judge(List.of("Bearer a.b.c"))).isEqualTo(Verdict.ADMITTED);
    }
}
