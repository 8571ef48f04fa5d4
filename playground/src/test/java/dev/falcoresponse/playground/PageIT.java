package dev.falcoresponse.playground;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Waiting;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.Keys;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.support.ui.ExpectedConditions;
import org.openqa.selenium.support.ui.Select;

/** The page in a real browser, served by ./play without a kube-apiserver. */
@NeedsChromium
final class PageIT extends PreviewedPage {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    @Order(1)
    void aUserPreviewsDeletesIsolatesReleasesAndReadsTheEvidence() throws IOException {
        page.visit("replay");
        page.choose("terminal-shell-in-container-pod", "shop/web-");
        assertThat(page.send())
                .contains("previewed dry-run", "Would delete pod shop/web-", "Cluster unchanged")
                .containsPattern(
                        "alert read and checked [\\d.]+ ms → object found [\\d.]+ ms → object checked [\\d.]+ ms → done"
                                + " [\\d.]+ ms");
        page.takeScreenshot("preview");

        page.letThemAct();
        assertThat(page.send()).contains("acted deleted", "deleted (uid", "created (uid");

        page.choose("drop-and-execute-new-binary", "shop/api-");
        assertThat(page.send()).contains("acted isolated", "NetworkPolicy shop/falco-response-");
        page.takeScreenshot("acted");

        page.find("nav a[href='#overview']").click();
        page.wait.until(ExpectedConditions.elementToBeClickable(By.cssSelector("[aria-label^='Release shop/api-']")));
        assertThat(page.textOf("#flow")).contains("Falco", "Broker", "deliveries", "request-approval");
        page.awaitText("latest", "acted isolate-network: Isolated pod shop/api-");
        page.awaitText("latest", "acted delete-pod: Deleted");
        page.awaitText("isolated", "for Drop and execute new binary in container; since ");
        page.takeScreenshot("overview");
        // the page redraws the list when the cluster changes
        page.click("[aria-label^='Release shop/api-']");
        page.wait.until(ExpectedConditions.textToBePresentInElementLocated(By.id("isolated"), "No pod is isolated"));

        page.find("nav a[href='#replay']").click();
        page.choose("k8saudit-attach-exec-pod", "shop/ledger-0");
        assertThat(page.send()).contains("acted captured");
        page.browser
                .findElement(By.xpath("//button[text()='Open its evidence']"))
                .click();
        page.wait.until(ExpectedConditions.textToBePresentInElementLocated(By.id("details-text"), "complete"));
        assertThat(page.find("#details-text").getText()).contains("complete: true", "intact alert.json");
        page.find("#details button").click();
    }

    @Test
    @Order(2)
    void aNodeThatWasCordonedIsListedAndUncordoned() throws IOException {
        page.visit("replay");
        page.letThemAct();
        page.type(RecordedAlert.named("read-sensitive-file-host")
                .at(Instant.now())
                .with("uuid", UUID.randomUUID().toString())
                .with("hostname", "worker-2")
                .with("rule", "PTRACE attached to process")
                .body());
        assertThat(page.send()).contains("skipped host", "acted cordoned", "Node worker-2 cordoned");

        page.find("nav a[href='#overview']").click();
        page.wait.until(ExpectedConditions.elementToBeClickable(By.cssSelector("[aria-label='Uncordon worker-2']")));
        page.takeScreenshot("cordoned");
        page.click("[aria-label='Uncordon worker-2']");

        page.wait.until(ExpectedConditions.textToBePresentInElementLocated(By.id("cordoned"), "No node is cordoned"));
        page.awaitText("release-result", "Uncordoned Node worker-2");
    }

    @Test
    @Order(2)
    void aRequestIsApprovedAndTheIdentityThatWasRestrictedIsFreed() throws IOException {
        page.visit("replay");
        page.letThemAct();
        page.type(RecordedAlert.named("k8saudit-attach-exec-pod")
                .at(Instant.now())
                .with("uuid", UUID.randomUUID().toString())
                .with("rule", "port-forward")
                .withField("ka.user.name", "<b>mallory</b>")
                .body());
        assertThat(page.send()).contains("acted asked");

        page.find("nav a[href='#overview']").click();
        String question = "let user \"<b>mallory</b>\" read, but change nothing";
        page.wait.until(
                ExpectedConditions.elementToBeClickable(By.cssSelector("[aria-label='Approve: " + question + "']")));
        page.takeScreenshot("waiting");
        page.click("[aria-label='Approve: " + question + "']");
        page.wait.until(
                ExpectedConditions.textToBePresentInElementLocated(By.id("requests"), "Nothing waits for a decision"));

        String free = "[aria-label='Free User <b>mallory</b>']";
        page.wait.until(ExpectedConditions.elementToBeClickable(By.cssSelector(free)));
        page.takeScreenshot("restricted");
        page.click(free);
        page.wait.until(ExpectedConditions.not(
                ExpectedConditions.textToBePresentInElementLocated(By.id("restricted"), "mallory")));
        page.awaitText("release-result", "Freed user <b>mallory</b>");
    }

    @ParameterizedTest
    @CsvSource({
        "A shell in a pod,                     delete-pod,       Would delete pod",
        "A reverse shell,                      delete-pod,       Would delete pod",
        "A program that was not in the image,  isolate-network,  Would isolate pod",
        "A search for keys,                    snapshot-logs,    Would store 1 logs",
        "An escape to the node,                cordon-node,      Would cordon Node worker-3",
        "An image that is not allowed,         suspend-workload, Would suspend StatefulSet shop/queue",
        "A stolen credential,                  request-approval, Would ask"
    })
    @Order(0)
    void eachStoryIsAnsweredByItsAction(String story, String action, String message) {
        page.visit("replay");
        new Select(page.find("#recorded")).selectByValue(story);
        page.wait.until(
                _ -> String.valueOf(page.find("#text").getAttribute("value")).contains("a story of the playground"));

        assertThat(page.send()).contains("→ " + action, message);
    }

    @Test
    @Order(2)
    void theRuleBookShowsWhichFilterMatches() throws IOException {
        page.visit("rules");
        page.find("#rule-search").sendKeys("memfd");

        page.wait.until(
                _ -> page.browser.findElements(By.cssSelector("#matrix button")).size() == 1);
        page.find("#matrix button").click();
        assertThat(page.find("#rule").getText())
                .contains("a program runs that is in no file at all", "Trigger isolate-network", "\"exact\"");
        page.find("#rule form[method=dialog] button").click();
        page.find("#rules summary").click();
        assertThat(page.textOf("#rule-table tbody"))
                .contains("Fileless execution via memfd_create", "Trigger isolate-network", "\"exact\"");
        page.find("#rule-search").sendKeys(Keys.chord(Keys.CONTROL, "a"), Keys.DELETE);
        page.wait.until(
                _ -> page.browser.findElements(By.cssSelector("#matrix button")).size() > 60);
        assertThat(page.textOf("#matrix"))
                .containsIgnoringCase("privilege escalation")
                .contains("nothing");
        page.takeScreenshot("rules");
    }

    @Test
    @Order(3)
    void aHostileAlertIsShownAsText() throws IOException {
        page.visit("replay");
        String hostile =
                "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>\u001b[31m";
        ObjectNode alert = (ObjectNode) JSON.readTree(RecordedAlert.named("terminal-shell-in-container-pod")
                .at(Instant.now())
                .body());
        alert.put("rule", hostile).put("output", "x".repeat(64_000));
        alert.withObjectProperty("output_fields").put("k8s.pod.name", hostile).put("proc.cmdline", "y".repeat(64_000));
        page.type(alert.toString());

        assertThat(page.send()).contains("<script>", "no Trigger matches");
        page.type(alert.put("rule", "Terminal shell in container").toString());
        page.send();
        page.find("nav a[href='#history']").click();
        page.wait.until(ExpectedConditions.textToBePresentInElementLocated(By.id("records"), "<script>"));
        assertThat(page.browser.getTitle()).isEqualTo("Falco Response Functions");
        assertThat(page.browser.findElements(By.cssSelector("main img, main script")))
                .isEmpty();
    }

    @Test
    @Order(4)
    void aFileIsSentAndAnExemptPodIsNotDeleted() throws IOException {
        page.visit("replay");
        page.letThemAct();
        page.choose("terminal-shell-in-container-pod", "shop/web-");
        String alert = JSON.readTree(page.alertText()).toString();
        Path file = Files.writeString(folder.resolve("alerts.jsonl"), alert + "\n" + alert + "\n");
        page.find("nav a[href='#cluster']").click();
        page.click("[aria-label^='Exempt shop/web-']");
        page.wait.until(ExpectedConditions.presenceOfElementLocated(
                By.cssSelector("[aria-label^='No longer exempt shop/web-']")));

        page.find("nav a[href='#replay']").click();
        page.find("#file").sendKeys(file.toAbsolutePath().toString());
        page.wait.until(_ -> page.alertText().lines().count() == 2);
        page.send();
        page.wait.until(ExpectedConditions.textToBe(By.id("sent"), "2 answered"));
        assertThat(page.textOf("#results")).contains("denied exempt").doesNotContain("acted deleted");
    }

    @Test
    @Order(4)
    void invalidJsonIsReportedWithLineAndColumn() {
        page.visit("replay");
        page.type("{\"rule\":\n oops}");
        page.send();

        assertThat(page.find("#text-error").getText()).contains("line 2, column");

        page.type("[{},\n 5]");
        page.send();

        assertThat(page.find("#text-error").getText()).contains("something other than alerts: line 2, column 2");
    }

    @Test
    @Order(5)
    void fiveHundredAlertsAppearInBothTabsAndSurviveAReload() throws IOException {
        page.visit("history");
        page.find("#by-rule").sendKeys("sensitive");
        int before = page.recordsInHistory();
        String first = page.browser.getWindowHandle();
        page.browser.switchTo().newWindow(WindowType.TAB);
        page.visit("replay");
        new Select(page.find("#recorded")).selectByValue("read-sensitive-file-host");
        page.wait.until(_ -> page.alertText().contains("Read sensitive file untrusted"));
        page.find("#times").clear();
        page.find("#times").sendKeys("500");
        page.find("#send button[type=submit]").click();
        page.browser.navigate().refresh();
        page.wait.until(ExpectedConditions.presenceOfElementLocated(By.cssSelector("body[data-ready]")));
        page.browser.switchTo().window(first);

        // each alert has two answers: the function's, and that of the notification
        page.wait.until(_ -> page.recordsInHistory() >= before + 1000);
        page.wait.ignoring(StaleElementReferenceException.class).until(_ -> {
            new Select(page.find("#by-outcome")).selectByValue("skipped");
            return true;
        });
        page.wait.until(_ ->
                page.browser.findElements(By.cssSelector("#records tbody tr")).size() == 100);
        page.takeScreenshot("history");

        page.find("#by-rule").clear();
        page.find("#by-rule").sendKeys("fileless");
        page.wait.until(ExpectedConditions.textToBePresentInElementLocated(By.id("history-count"), "0 of"));
        assertThat(page.textOf("#letters")).contains("None of these").doesNotContain("It is empty");
        page.find("#by-rule").clear();
        page.find("#by-rule").sendKeys("sensitive");
        page.find("#export").click();
        Path exported = folder.resolve("history.jsonl");
        Waiting.until("the exported file", Duration.ofSeconds(20), () -> Files.isRegularFile(exported));
        try (Stream<String> lines = Files.lines(exported)) {
            assertThat(lines.map(PageIT::read))
                    .hasSizeGreaterThanOrEqualTo(500)
                    .allSatisfy(record ->
                            assertThat(record.path("outcome").asText()).isEqualTo("skipped"))
                    .allSatisfy(
                            record -> assertThat(record.path("rule").asText()).contains("sensitive"));
        }
    }

    private static JsonNode read(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError(line, e);
        }
    }

    @Test
    @Order(9)
    void aFunctionThatEndedIsReportedAndRestarted() {
        page.visit("replay");
        page.letThemAct();
        page.play
                .descendants()
                .filter(each -> each.info().commandLine().orElse("").contains("snapshot-logs"))
                .forEach(ProcessHandle::destroyForcibly);
        page.wait.until(
                ExpectedConditions.textToBePresentInElementLocated(By.id("mode-now"), "1 of the functions ended"));
        page.find("nav a[href='#settings']").click();
        page.wait.until(ExpectedConditions.textToBePresentInElementLocated(
                By.cssSelector("#functions [aria-label='snapshot-logs']"), "has ended"));

        page.changeMode();
        page.wait.until(ExpectedConditions.textToBe(By.id("mode-now"), "The functions only preview"));
        page.wait.until(ExpectedConditions.textToBePresentInElementLocated(
                By.cssSelector("#functions [aria-label='snapshot-logs']"), "ready"));
        assertThat(page.textOf("#functions")).doesNotContain("has ended");
        page.find("nav a[href='#replay']").click();
        page.choose("k8saudit-attach-exec-pod", "shop/ledger-0");
        assertThat(page.send()).contains("previewed dry-run");
    }

    @Test
    @Order(6)
    void aRefusedSettingIsReportedWithTheErrorOfTheFunction() {
        page.visit("settings");
        assertThat(page.textOf("#functions [aria-label='delete-pod']"))
                .contains(
                        "RESPONSE_DRY_RUN\nfalse (set): Preview only",
                        "RESPONSE_BUDGET\n20/1m (default)",
                        "DELETE_POD_MODE")
                .doesNotContain("ISOLATE_NETWORK_SCOPE");
        page.find("#functions [aria-label='delete-pod'] form button").click();

        page.wait.until(ExpectedConditions.textToBePresentInElementLocated(
                By.cssSelector("#functions [aria-label='delete-pod'] output"), "RESPONSE_BUDGET is \"20\""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"overview", "replay", "rules", "cluster", "history", "settings"})
    @Order(7)
    void eachSectionIsAccessible(String section) throws IOException {
        for (int width : List.of(390, 1024, 1920)) {
            page.browser.manage().window().setSize(new Dimension(width, 900));
            page.visit(section);

            page.checkAccessibility(section + "-" + width);
        }
    }

    private String origin() {
        return "http://127.0.0.1:" + page.uri.getPort();
    }

    private int status(String method, String path, String... headers) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest.Builder request = HttpRequest.newBuilder(page.uri.resolve(path))
                    .header("Cookie", page.cookie())
                    .method(method, BodyPublishers.ofString("{}"));
            if (headers.length > 0) {
                request.headers(headers);
            }
            return http.send(request.build(), BodyHandlers.discarding()).statusCode();
        }
    }

    private String post(String path, String body) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(page.uri.resolve(path))
                    .header("Content-Type", "application/json")
                    .header("Origin", origin())
                    .header("Cookie", page.cookie())
                    .POST(BodyPublishers.ofString(body))
                    .build();
            return http.send(request, BodyHandlers.ofString()).body();
        }
    }

    @Test
    @Order(7)
    void invalidRequestsAreAnsweredWithAReason() throws Exception {
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
        assertThat(post("api/mode", "{")).contains("The request is not JSON");
    }

    @Test
    @Order(8)
    void requestsFromOtherSitesAreRefused() throws Exception {
        String json = "application/json";
        String own = origin();

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

    /** Other users of the machine reach loopback too; they do not know the key in the printed address. */
    @Test
    @Order(8)
    void withoutTheKeyOfThePrintedAddressNothingIsAnswered() throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            for (String path : List.of("", "page.js", "api/state", "api/history?since=0", "?key=" + "0".repeat(32))) {
                for (String cookie : List.of("", "play-" + page.uri.getPort() + "=" + "0".repeat(32))) {
                    HttpRequest.Builder request = HttpRequest.newBuilder(page.uri.resolve("/" + path));
                    if (!cookie.isEmpty()) {
                        request.header("Cookie", cookie);
                    }
                    assertThat(http.send(request.build(), BodyHandlers.discarding())
                                    .statusCode())
                            .as(path + " " + cookie)
                            .isEqualTo(403);
                }
            }
        }
        assertThat(status("GET", "api/state")).isEqualTo(200);
        assertThat(((JavascriptExecutor) page.browser).executeScript("return document.cookie + location.search"))
                .isEqualTo("");
    }
}
