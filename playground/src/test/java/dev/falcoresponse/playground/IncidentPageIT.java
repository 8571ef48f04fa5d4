package dev.falcoresponse.playground;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.testing.RecordedAlert;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.support.ui.ExpectedConditions;
import org.openqa.selenium.support.ui.Select;

/** One alert's whole way, other responses to it, and many alerts over time, in a real browser. */
@NeedsChromium
final class IncidentPageIT extends PreviewedPage {
    @Test
    @Order(1)
    void theWholeWayOfAnAlertIsShownAndUndoneFromThere() throws IOException {
        page.visit("replay");
        page.letThemAct();
        page.choose("drop-and-execute-new-binary", "shop/api-");
        assertThat(page.send()).contains("acted isolated");
        page.find("nav a[href='#overview']").click();
        page.awaitText("latest", "Isolated pod shop/api-");
        page.browser
                .findElement(By.xpath(
                        "//ol[@id='latest']/li[contains(., 'isolate-network: Isolated pod shop/api-')]/button"))
                .click();

        page.awaitText("way", "ReplicaSet/api-5d8f7c9b4");
        page.awaitText("way", "kind: NetworkPolicy");
        assertThat(page.textOf("#way"))
                .contains(
                        "Drop and execute new binary in container",
                        "a program runs that was not in the image",
                        "Recognised\nby the id of a container",
                        "Trigger isolate-network",
                        "acted isolated",
                        "object found",
                        "+    falco-response/quarantine:",
                        "is held until it is released");
        for (int width : List.of(390, 1024, 1920)) {
            page.browser.manage().window().setSize(new Dimension(width, 900));
            page.checkAccessibility("incident-" + width);
        }

        page.browser.manage().window().setSize(new Dimension(1440, 1000));
        run("document.querySelector('#way .diff').closest('section').scrollIntoView()");
        page.takeScreenshot("incident-change");

        page.click("#way [aria-label^='Release shop/api-']");
        page.wait.until(_ -> page.textOf("#way").contains("Released pod shop/api-")
                && !page.textOf("#way").contains("is held until it is released"));
        page.find("#incident form button").click();
    }

    @Test
    @Order(1)
    void theEvidenceOfAnAlertIsVerifiedWhereItIsShown() {
        page.visit("replay");
        page.letThemAct();
        page.choose("k8saudit-attach-exec-pod", "shop/ledger-0");
        assertThat(page.send()).contains("acted captured");
        page.find("nav a[href='#history']").click();
        new Select(page.find("#by-action")).selectByValue("snapshot-logs");
        page.click("#records tbody button");

        page.awaitText("way", "The snapshot is complete.");
        assertThat(page.textOf("#way")).contains("intact alert.json").doesNotContain("ALTERED");
        page.find("#incident form button").click();
    }

    @Test
    @Order(2)
    void anotherResponseIsPreviewedWhileTheFunctionsAct() throws IOException {
        page.visit("rules");
        page.letThemAct();
        page.find("#rule-search").sendKeys("Drop and execute");
        page.wait.until(
                _ -> page.browser.findElements(By.cssSelector("#matrix button")).size() == 1);
        page.find("#matrix button").click();
        new Select(page.find("#other")).selectByValue("delete-pod");
        page.find("#what-if button").click();

        page.awaitText("what-if-result", "With delete-pod:");
        assertThat(page.textOf("#what-if-result"))
                .startsWith("Now isolate-network.")
                .contains(" previewed");
        assertThat(page.textOf("#what-if-answers"))
                .contains("Alert: drop-and-execute-new-binary", "Would delete pod ", "previewed dry-run")
                .doesNotContain("acted");
        for (int width : List.of(390, 1024, 1920)) {
            page.browser.manage().window().setSize(new Dimension(width, 900));
            page.checkAccessibility("what-if-" + width);
        }

        new Select(page.find("#other")).selectByValue("cordon-node");
        page.find("#what-if button").click();
        page.awaitText("what-if-result", "With cordon-node:");
        page.find("#rule form[method=dialog] button").click();
        page.find("nav a[href='#overview']").click();
        page.awaitText("isolated", "No pod is isolated");
        page.awaitText("cordoned", "No node is cordoned");
    }

    @Test
    @Order(3)
    void fiveThousandRecordsAreShownAndZoomed() throws IOException {
        page.visit("replay");
        page.browser.manage().window().setSize(new Dimension(1440, 1000));
        // no Trigger matches it, so that the page is what is tested, not the functions
        page.type(RecordedAlert.named("falcosidekick-client-test")
                .at(Instant.now())
                .with("uuid", UUID.randomUUID().toString())
                .with("rule", "A rule that nothing answers")
                .body());
        page.find("#times").clear();
        page.find("#times").sendKeys("1000");
        run("""
                window.parts = new Set();
                const bar = document.getElementById('bar');
                new MutationObserver(() => parts.add(bar.classList.contains('running') && bar.value < bar.max))
                    .observe(bar, { attributes: true });
                """);
        for (int i = 0; i < 5; i++) {
            run("document.getElementById('sent').textContent = ''");
            page.find("#send button[type=submit]").click();
            page.wait.until(ExpectedConditions.textToBe(By.id("sent"), "1000 answered"));
        }
        assertThat(run("return [...parts].includes(true)")).isEqualTo(true);
        page.takeScreenshot("burst");
        page.find("nav a[href='#history']").click();
        page.awaitText("history-count", "5000 of 5000 records");
        page.takeScreenshot("history-5000");

        page.find("#zoom-in").click();
        page.wait.until(_ -> !page.textOf("#history-count").startsWith("5000"));
        int half = page.recordsInHistory();
        assertThat(half).isBetween(1, 4999);
        page.find("#later").click();
        assertThat(page.recordsInHistory()).isNotEqualTo(half);
        page.find("#zoom-all").click();
        assertThat(page.recordsInHistory()).isEqualTo(5000);
        page.find("#by-rule").sendKeys("terminal");
        assertThat(page.recordsInHistory()).isLessThan(5000);
        System.out.println("Interactions with 5,000 records, ms until the next frame: " + interactions());
    }

    /** Other users of the machine can connect to the functions as well as to the page. */
    @Test
    @Order(4)
    void withoutTheTokenNoFunctionOfThePlaygroundActs() throws Exception {
        ProcessHandle function = page.play
                .descendants()
                .filter(each -> each.info().commandLine().orElse("").contains("delete-pod"))
                .findFirst()
                .orElseThrow();
        String port = Files.readString(Path.of("/proc", Long.toString(function.pid()), "environ"))
                .replaceFirst("(?s).*QUARKUS_HTTP_PORT=(\\d+).*", "$1");
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest alert = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(RecordedAlert.named("terminal-shell-in-container-pod")
                            .at(Instant.now())
                            .body()))
                    .build();
            assertThat(http.send(alert, BodyHandlers.discarding()).statusCode()).isEqualTo(401);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"overview", "replay", "rules", "history"})
    @Order(5)
    void nothingMovesWhileThePageLoads(String section) {
        page.visit(section);
        Object shift = ((JavascriptExecutor) page.browser).executeAsyncScript("""
                const done = arguments[arguments.length - 1];
                const observer = new PerformanceObserver(() => {});
                observer.observe({ type: 'layout-shift', buffered: true });
                requestAnimationFrame(() => done(String(observer.takeRecords().reduce((sum, each) => sum + each.value, 0))));
                """);

        // what browsers call good
        assertThat(Double.parseDouble(String.valueOf(shift))).isLessThan(0.1);
    }

    @Test
    @Order(5)
    void theFocusComesBackAfterADialogAndStaysOnAButtonThatWorks() {
        page.visit("history");
        page.click("#records tbody button");
        assertThat(run("return document.activeElement.id")).isEqualTo("incident-title");
        // as a live update does: the row that opened the dialog is drawn anew
        run("document.getElementById('by-rule').dispatchEvent(new Event('input'))");
        page.find("#incident form button").click();
        page.wait.until(_ -> Boolean.TRUE.equals(run("return document.activeElement.closest('#records') !== null")));
        page.find("#zoom-in").click();
        page.find("#zoom-all").click();
        assertThat(run("return document.activeElement.id")).isEqualTo("zoom-all");
    }

    private @Nullable Object run(String script) {
        return ((JavascriptExecutor) page.browser).executeScript(script);
    }

    /** Says how long the page takes; a figure of a test decides nothing. */
    private String interactions() {
        return String.valueOf(((JavascriptExecutor) page.browser).executeAsyncScript("""
            const done = arguments[arguments.length - 1];
            const frame = () => new Promise((next) => requestAnimationFrame(() => setTimeout(next)));
            (async () => {
              const took = {};
              const measure = async (name, act) => {
                await frame();
                const start = performance.now();
                act();
                await frame();
                took[name] = Math.round(performance.now() - start);
              };
              const rule = document.getElementById('by-rule');
              const set = (text) => { rule.value = text; rule.dispatchEvent(new Event('input')); };
              await measure('filter', () => set('nothing'));
              await measure('no filter', () => set(''));
              for (const id of ['zoom-in', 'later', 'earlier', 'zoom-out', 'zoom-all']) {
                await measure(id, () => document.getElementById(id).click());
              }
              await measure('overview', () => { location.hash = 'overview'; });
              await measure('rules', () => { location.hash = 'rules'; });
              await measure('history', () => { location.hash = 'history'; });
              await measure('incident', () => document.querySelector('#records tbody button').click());
              done(JSON.stringify(took));
            })();
            """));
    }
}
