package dev.falcoresponse.playground;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.selenium.AxeBuilder;
import dev.falcoresponse.testing.Waiting;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.openqa.selenium.By;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.ExpectedConditions;
import org.openqa.selenium.support.ui.Select;
import org.openqa.selenium.support.ui.WebDriverWait;

/** A {@code ./play} process with its page, and a browser that shows the page. */
final class BrowserPage implements AutoCloseable {
    private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:\\d+/\\?key=[0-9a-f]{32}(?= )");
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");

    private final Path folder;
    final Process play;
    final URI uri;
    final ChromeDriver browser;
    final WebDriverWait wait;

    /**
     * Starts {@code ./play} and the browser.
     *
     * @param folder for downloads and for the output of ./play
     * @param environment in addition to this process' own, which is used without {@code KUBEBUILDER_ASSETS}
     */
    BrowserPage(Path folder, Map<String, String> environment, String... options) throws IOException {
        this.folder = folder;
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dplay.home=" + Path.of("..").toAbsolutePath(),
                "-Duser.home=" + folder,
                "-XX:TieredStopAtLevel=1",
                "-jar",
                Path.of("target", "playground.jar").toString(),
                "--page"));
        command.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment().remove("KUBEBUILDER_ASSETS");
        builder.environment().putAll(environment);
        play = builder.start();
        Waiting.until("the page", PATIENCE, () -> address().isPresent());
        uri = address().orElseThrow();
        ChromeOptions chrome = new ChromeOptions();
        chrome.setBinary(NeedsChromium.Condition.browser().orElseThrow().toString());
        // Chromium's sandbox does not work in a container, and the browser opens only our own page
        chrome.setExperimentalOption(
                "prefs",
                Map.of("download.default_directory", folder.toAbsolutePath().toString()));
        chrome.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1440,1000");
        browser = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(
                                OnPath.find("chromedriver").orElseThrow().toFile())
                        .build(),
                chrome);
        wait = new WebDriverWait(browser, PATIENCE);
        Files.createDirectories(SCREENSHOTS);
    }

    /** The address that ./play has printed. */
    private Optional<URI> address() {
        try {
            return ADDRESS.matcher(Files.readString(folder.resolve("err")))
                    .results()
                    .map(printed -> URI.create(printed.group()))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** What the browser sends with each request, once it has been at the printed address. */
    String cookie() {
        return "play-" + uri.getPort() + "=" + uri.getQuery().replace("key=", "");
    }

    void visit(String section) {
        browser.get(uri + "#" + section);
        browser.navigate().refresh();
        wait.until(ExpectedConditions.presenceOfElementLocated(By.cssSelector("body[data-ready]")));
    }

    WebElement find(String css) {
        return browser.findElement(By.cssSelector(css));
    }

    /** The text of an element, read in one step because the page redraws its lists. */
    String textOf(String css) {
        return String.valueOf(((JavascriptExecutor) browser)
                .executeScript("return document.querySelector(arguments[0])?.innerText ?? ''", css));
    }

    /** How many records the history lists with its present filters. */
    int recordsInHistory() {
        return Integer.parseInt(textOf("#history-count").replaceFirst(" .*", ""));
    }

    void takeScreenshot(String name) throws IOException {
        ((JavascriptExecutor) browser).executeScript("scrollTo(0, 0)");
        Files.write(SCREENSHOTS.resolve(name + ".png"), browser.getScreenshotAs(OutputType.BYTES));
    }

    /** Nothing is cut off, and axe finds nothing serious, in light and in dark; a screenshot of each is kept. */
    void checkAccessibility(String name) throws IOException {
        assertThat((Boolean) ((JavascriptExecutor) browser)
                        .executeScript("return document.documentElement.scrollWidth <= innerWidth"))
                .as("nothing is wider than the window: " + name)
                .isTrue();
        for (String scheme : List.of("dark", "light")) {
            browser.executeCdpCommand(
                    "Emulation.setEmulatedMedia",
                    Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
            assertThat(new AxeBuilder()
                            .analyze(browser).getViolations().stream()
                                    .filter(each ->
                                            List.of("serious", "critical").contains(each.getImpact())))
                    .as(name + ", " + scheme)
                    .isEmpty();
            takeScreenshot(name + "-" + scheme);
        }
    }

    /** Clicks on something that the page may be redrawing. */
    void click(String css) {
        wait.ignoring(StaleElementReferenceException.class).until(_ -> {
            find(css).click();
            return true;
        });
    }

    void awaitText(String id, String text) {
        wait.until(ExpectedConditions.textToBePresentInElementLocated(By.id(id), text));
    }

    void choose(String recording, String pod) {
        new Select(find("#recorded")).selectByValue(recording);
        new Select(find("#about"))
                .selectByValue(new Select(find("#about"))
                        .getOptions().stream()
                                .map(option -> String.valueOf(option.getDomProperty("value")))
                                .filter(value -> value.startsWith(pod))
                                .findFirst()
                                .orElseThrow());
        wait.until(_ -> alertText().contains(pod.substring(pod.indexOf('/') + 1)));
    }

    String alertText() {
        return String.valueOf(find("#text").getDomProperty("value"));
    }

    void type(String text) {
        ((JavascriptExecutor) browser).executeScript("document.getElementById('text').value = arguments[0]", text);
    }

    String send() {
        ((JavascriptExecutor) browser).executeScript("document.getElementById('results').replaceChildren()");
        find("#send button[type=submit]").click();
        wait.until(_ -> !find("#results").getText().isEmpty()
                || !find("#text-error").getText().isEmpty());
        return find("#results").getText();
    }

    /** The button does nothing while its last click is being worked on. */
    void changeMode() {
        wait.until(ExpectedConditions.presenceOfElementLocated(By.cssSelector("#mode-button:not([aria-disabled])")));
        find("#mode-button").click();
    }

    void letThemAct() {
        if (find("#mode-now").getText().contains("only preview")) {
            changeMode();
        }
        wait.until(ExpectedConditions.textToBe(By.id("mode-now"), "The functions act"));
    }

    @Override
    public void close() {
        browser.quit();
        play.destroy();
    }
}
