package dev.falcoresponse.playground;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** One browser and one {@code ./play --preview} for all tests of a class, which run in their order. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class PreviewedPage {
    @TempDir(cleanup = CleanupMode.NEVER)
    static Path folder;

    BrowserPage page;

    @BeforeAll
    void open() throws IOException {
        page = new BrowserPage(folder, Map.of(), "--preview");
    }

    @AfterAll
    void close() {
        page.close();
    }
}
