package dev.falcoresponse.playground;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.selenium.AxeBuilder;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Waiting;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.ExpectedConditions;
import org.openqa.selenium.support.ui.Select;
import org.openqa.selenium.support.ui.WebDriverWait;

/** The page as a newcomer uses it: in a real browser, in front of ./play without any kube-apiserver. */
@NeedsChromium
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class PageIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:\\d+/(?= )");
    private static final Path PICTURES = Path.of("target", "screenshots");

    @TempDir(cleanup = CleanupMode.NEVER)
    private static Path folder;

    private Process play;
    private URI uri = URI.create("http://127.0.0.1/");
    private ChromeDriver browser;
    private WebDriverWait wait;

    @BeforeAll
    void open() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dplay.home=" + Path.of("..").toAbsolutePath(),
                        "-Duser.home=" + folder,
                        "-jar",
                        Path.of("target", "playground.jar").toString(),
                        "--page",
                        "--preview")
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment().remove("KUBEBUILDER_ASSETS");
        play = builder.start();
        Waiting.until("the page", Duration.ofSeconds(90), () -> address().isPresent());
        uri = address().orElseThrow();
        ChromeOptions options = new ChromeOptions();
        options.setBinary(NeedsChromium.Condition.browser().orElseThrow().toString());
        // in a container there is no sandbox to be had, and nothing is opened but our own page
        options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1440,1000");
        browser = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(
                                OnPath.find("chromedriver").orElseThrow().toFile())
                        .build(),
                options);
        wait = new WebDriverWait(browser, Duration.ofSeconds(30));
        Files.createDirectories(PICTURES);
    }

    @AfterAll
    void close() {
        browser.quit();
        play.destroy();
    }

    /** What was printed for people to open. */
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

    private void visit(String area) {
        browser.get(uri + "#" + area);
        browser.navigate().refresh();
        wait.until(ExpectedConditions.presenceOfElementLocated(By.cssSelector("body[data-ready]")));
    }

    private WebElement find(String css) {
        return browser.findElement(By.cssSelector(css));
    }

    /** Its text in one look: lists are drawn anew when something is new. */
    private String shown(String css) {
        return String.valueOf(((JavascriptExecutor) browser)
                .executeScript("return document.querySelector(arguments[0])?.innerText ?? ''", css));
    }

    private void picture(String name) throws IOException {
        ((JavascriptExecutor) browser).executeScript("scrollTo(0, 0)");
        Files.write(PICTURES.resolve(name + ".png"), browser.getScreenshotAs(OutputType.BYTES));
    }

    private void choose(String recording, String pod) {
        new Select(find("#recorded")).selectByValue(recording);
        new Select(find("#about"))
                .selectByValue(new Select(find("#about"))
                        .getOptions().stream()
                                .map(option -> String.valueOf(option.getDomProperty("value")))
                                .filter(value -> value.startsWith(pod))
                                .findFirst()
                                .orElseThrow());
        wait.until(_ -> text().contains(pod.substring(pod.indexOf('/') + 1)));
    }

    private String text() {
        return String.valueOf(find("#text").getDomProperty("value"));
    }

    private void type(String text) {
        ((JavascriptExecutor) browser).executeScript("document.getElementById('text').value = arguments[0]", text);
    }

    private String send() {
        ((JavascriptExecutor) browser).executeScript("document.getElementById('way').replaceChildren()");
        find("#send button[type=submit]").click();
        wait.until(_ -> !find("#way").getText().isEmpty()
                || !find("#text-error").getText().isEmpty());
        return find("#way").getText();
    }

    private void letThemAct() {
        if (find("#mode-now").getText().contains("only preview")) {
            find("#mode-button").click();
        }
        wait.until(ExpectedConditions.textToBe(By.id("mode-now"), "The functions act"));
    }

    @Test
    @Order(1)
    void aNewcomerSeesThePreviewThenActsIsolatesReleasesAndReadsTheEvidence() throws IOException {
        visit("replay");
        choose("terminal-shell-in-container-pod", "shop/web-");
        assertThat(send()).contains("previewed dry-run", "Would delete pod shop/web-", "Cluster unchanged");
        picture("preview");

        letThemAct();
        assertThat(send()).contains("acted deleted", "deleted (uid", "created (uid");

        choose("drop-and-execute-new-binary", "shop/api-");
        assertThat(send()).contains("acted isolated", "NetworkPolicy shop/falco-response-");
        picture("acted");

        find("nav a[href='#cluster']").click();
        wait.until(ExpectedConditions.elementToBeClickable(By.cssSelector("[aria-label^='Release shop/api-']")));
        picture("cluster");
        // the list is drawn anew when the cluster changes
        wait.ignoring(StaleElementReferenceException.class).until(_ -> {
            find("[aria-label^='Release shop/api-']").click();
            return true;
        });
        wait.until(ExpectedConditions.textToBePresentInElementLocated(By.id("quarantined"), "No pod is cut off"));

        find("nav a[href='#replay']").click();
        choose("k8saudit-attach-exec-pod", "shop/ledger-0");
        assertThat(send()).contains("acted captured");
        browser.findElement(By.xpath("//button[text()='Open its evidence']")).click();
        wait.until(ExpectedConditions.textToBePresentInElementLocated(By.id("details-text"), "complete"));
        assertThat(find("#details-text").getText()).contains("complete: true", "intact alert.json");
        find("#details button").click();
    }

    @Test
    @Order(2)
    void theRuleBookTellsWhichFilterMatches() throws IOException {
        visit("rules");
        find("#rule-search").sendKeys("memfd");

        wait.until(_ ->
                browser.findElements(By.cssSelector("#rule-table tbody tr")).size() == 1);
        assertThat(shown("#rule-table tbody"))
                .contains("Fileless execution via memfd_create", "Trigger isolate-network", "\"exact\"");
        picture("rules");
    }

    @Test
    @Order(3)
    void aHostileAlertIsText() throws IOException {
        visit("replay");
        String hostile =
                "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>\u001b[31m";
        ObjectNode alert = (ObjectNode) JSON.readTree(RecordedAlert.named("terminal-shell-in-container-pod")
                .at(Instant.now())
                .body());
        alert.put("rule", hostile).put("output", "x".repeat(64_000));
        alert.withObjectProperty("output_fields").put("k8s.pod.name", hostile).put("proc.cmdline", "y".repeat(64_000));
        type(alert.toString());

        assertThat(send()).contains("<script>", "no Trigger asks for it");
        type(alert.put("rule", "Terminal shell in container").toString());
        send();
        find("nav a[href='#history']").click();
        wait.until(ExpectedConditions.textToBePresentInElementLocated(By.id("records"), "<script>"));
        assertThat(browser.getTitle()).isEqualTo("Falco Response Functions");
        assertThat(browser.findElements(By.cssSelector("main img, main script")))
                .isEmpty();
    }

    @Test
    @Order(4)
    void aWrongPasteGetsItsPlace() {
        visit("replay");
        type("{\"rule\":\n oops}");
        send();

        assertThat(find("#text-error").getText()).contains("line 2, column");

        type("[{},\n 5]");
        send();

        assertThat(find("#text-error").getText()).contains("something else than alerts: line 2, column 2");
    }

    @Test
    @Order(5)
    void aBurstOfFiveHundredArrivesInBothTabsAndSurvivesAReload() throws IOException {
        visit("history");
        String first = browser.getWindowHandle();
        browser.switchTo().newWindow(WindowType.TAB);
        visit("replay");
        new Select(find("#recorded")).selectByValue("read-sensitive-file-host");
        wait.until(_ -> text().contains("Read sensitive file untrusted"));
        find("#times").clear();
        find("#times").sendKeys("500");
        find("#send button[type=submit]").click();
        browser.navigate().refresh();
        wait.until(ExpectedConditions.presenceOfElementLocated(By.cssSelector("body[data-ready]")));
        browser.switchTo().window(first);

        // each is answered, and each answer is told
        wait.withTimeout(Duration.ofSeconds(60))
                .until(_ -> Integer.parseInt(find("#history-count").getText().replaceFirst(" .*", "")) >= 1000);
        wait.withTimeout(Duration.ofSeconds(30));
        wait.ignoring(StaleElementReferenceException.class).until(_ -> {
            new Select(find("#by-outcome")).selectByValue("skipped");
            return true;
        });
        wait.until(
                _ -> browser.findElements(By.cssSelector("#records tbody tr")).size() == 100);
        picture("history");
    }

    @Test
    @Order(6)
    void aSettingIsTriedAndRefusedWithItsSentence() {
        visit("settings");
        assertThat(shown("#functions section"))
                .contains(
                        "RESPONSE_DRY_RUN\nfalse (set): preview only",
                        "RESPONSE_BUDGET\n20/1m (default)",
                        "DELETE_POD_MODE")
                .doesNotContain("ISOLATE_NETWORK_SCOPE");
        find("#functions section form button").click();

        wait.until(ExpectedConditions.textToBePresentInElementLocated(
                By.cssSelector("#functions section output"), "RESPONSE_BUDGET is \"20\""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"replay", "rules", "cluster", "history", "settings"})
    @Order(7)
    void everyoneCanUseIt(String area) throws IOException {
        for (int width : List.of(390, 1440)) {
            browser.manage().window().setSize(new Dimension(width, 900));
            visit(area);

            assertThat((Boolean) ((JavascriptExecutor) browser)
                            .executeScript("return document.documentElement.scrollWidth <= innerWidth"))
                    .as("nothing is wider than the window of " + width)
                    .isTrue();
            for (String scheme : List.of("dark", "light")) {
                browser.executeCdpCommand(
                        "Emulation.setEmulatedMedia",
                        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
                assertThat(new AxeBuilder()
                                .analyze(browser).getViolations().stream()
                                        .filter(each ->
                                                List.of("serious", "critical").contains(each.getImpact())))
                        .isEmpty();
                picture(area + "-" + width + "-" + scheme);
            }
        }
    }

    private int status(String method, String path, String... headers) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(uri.resolve(path)).method(method, BodyPublishers.ofString("{}"));
            if (headers.length > 0) {
                request.headers(headers);
            }
            return http.send(request.build(), BodyHandlers.discarding()).statusCode();
        }
    }

    private String post(String path, String body) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(uri.resolve(path))
                    .header("Content-Type", "application/json")
                    .header("Origin", uri.toString().replaceFirst("/$", ""))
                    .POST(BodyPublishers.ofString(body))
                    .build();
            return http.send(request, BodyHandlers.ofString()).body();
        }
    }

    @Test
    @Order(7)
    void whatItDoesNotDoGetsASentence() throws Exception {
        assertThat(post(
                        "api/try",
                        "{\"function\":\"delete-pod\",\"name\":\"JAVA_TOOL_OPTIONS\",\"value\":\"-version\"}"))
                .contains("begins with RESPONSE_ or DELETE_POD_");
        assertThat(post("api/try", "{\"function\":\"delete-pod\",\"name\":\"RESPONSE_DRY_RUN\",\"value\":\"false\"}"))
                .contains("the button at the top");
        assertThat(post("api/send", "{\"text\":\"[{},{}]\",\"times\":501}")).contains("At most 1000 alerts");
        assertThat(post("api/compose", "{\"name\":\"nothing\"}")).contains("There is no recorded alert");
        assertThat(post("api/exempt", "{\"namespace\":\"shop\",\"pod\":\"gone\",\"exempt\":true}"))
                .contains("error");
        assertThat(post("api/mode", "{")).contains("The request is no JSON");
    }

    @Test
    @Order(8)
    void nobodyElseMayAsk() throws Exception {
        String json = "application/json";
        String own = uri.toString().replaceFirst("/$", "");

        assertThat(status("POST", "api/send", "Content-Type", json)).isEqualTo(403);
        assertThat(status("POST", "api/send", "Content-Type", json, "Origin", "http://evil.example"))
                .isEqualTo(403);
        assertThat(status("POST", "api/send", "Content-Type", "text/plain", "Origin", own))
                .isEqualTo(403);
        assertThat(status("GET", "api/state", "Sec-Fetch-Site", "cross-site")).isEqualTo(403);
        assertThat(status("POST", "api/send", "Content-Type", json, "Origin", own))
                .isEqualTo(400);
        assertThat(status("GET", "api/evidence?location=file:///etc/")).isEqualTo(400);
    }
}
