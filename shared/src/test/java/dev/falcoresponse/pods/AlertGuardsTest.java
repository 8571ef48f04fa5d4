package dev.falcoresponse.pods;

import static dev.falcoresponse.event.SampleAlert.TIME;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.SampleAlert;
import dev.falcoresponse.settings.Namespaces;
import dev.falcoresponse.settings.ResponseSettings;
import dev.falcoresponse.settings.Self;
import dev.falcoresponse.settings.TestSettings;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What stops an alert before the API server is asked. */
final class AlertGuardsTest {
    private Instant now = TIME;

    private AlertGuards guards(String... namesAndValues) {
        ResponseSettings settings = TestSettings.of(namesAndValues);
        return new AlertGuards(settings, Namespaces.of(settings, new Self("tools", "x")), InstantSource.fixed(now));
    }

    private static SampleAlert alert() {
        return SampleAlert.about("shop", "web-0");
    }

    private static Optional<Reason> reason(Optional<Outcome> refusal) {
        return refusal.map(Outcome::reason);
    }

    @Test
    void aProcessOnTheNodeIsTheHost() {
        SampleAlert alert = SampleAlert.bare().field("container.id", "host");

        assertThat(reason(guards().host(alert.read()))).contains(Reason.HOST);
        assertThat(reason(guards().host(alert.with("source", "other").read()))).contains(Reason.HOST);
    }

    @ParameterizedTest
    @CsvSource({"syscall,host", "syscalls,host", "'',host", "k8s_audit,''", "aws_cloudtrail,''"})
    void aSystemCallWithNeitherPodNorContainerIsTheHost(String source, String reason) {
        Optional<Reason> refusal =
                reason(guards().host(SampleAlert.bare().with("source", source).read()));

        assertThat(refusal.map(Reason::text).orElse("")).isEqualTo(reason);
    }

    @Test
    void aContainerWithoutAPodIsNotTheHostButNoPod() {
        SampleAlert alert = SampleAlert.bare().field("container.id", "9f3c1d2e4b5a");

        assertThat(guards().host(alert.read())).isEmpty();
        assertThat(reason(guards().noPod(alert.read()))).contains(Reason.NO_POD);
    }

    @Test
    void anAlertThatNamesNoPodSaysSo() {
        assertThat(guards().noPod(SampleAlert.bare().read()).orElseThrow().message())
                .isEqualTo("The alert names no pod");
    }

    @ParameterizedTest
    @CsvSource({"Shop,web-0", "shop,web_0", "shop,''", "'',web-0", "a.b,web-0", "shop,../nodes/x"})
    void aPodThatCannotExistIsNoPod(String namespace, String name) {
        Outcome outcome =
                guards().noPod(SampleAlert.about(namespace, name).read()).orElseThrow();

        assertThat(outcome.reason()).isEqualTo(Reason.NO_POD);
        assertThat(outcome.message()).contains("cannot exist");
    }

    @Test
    void anAlertAboutAPodIsNeitherHostNorNoPod() {
        assertThat(guards().host(alert().read())).isEmpty();
        assertThat(guards().noPod(alert().read())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"PT0S,false", "PT15M,false", "PT15M0.001S,true", "PT-168H,false"})
    void anAlertIsStaleOnceItIsOlderThanItMayBe(Duration age, boolean stale) {
        now = TIME.plus(age);

        assertThat(guards().stale(alert().read()).isPresent()).isEqualTo(stale);
    }

    @Test
    void theSettingSaysHowOldAnAlertMayBe() {
        now = TIME.plusSeconds(3601);
        Outcome outcome =
                guards("RESPONSE_MAX_EVENT_AGE", "1h").stale(alert().read()).orElseThrow();

        assertThat(outcome.reason()).isEqualTo(Reason.STALE);
        assertThat(outcome.message())
                .isEqualTo("The alert is of 2026-11-26T07:00:00.123456789Z, older than RESPONSE_MAX_EVENT_AGE 1h");
    }

    @Test
    void aStaleAlertSaysHowLateItArrived() {
        now = TIME.plusSeconds(3600);
        SampleAlert late = alert().attribute("knativearrivaltime", "2026-11-26T07:59:59Z");

        assertThat(guards().stale(late.read()).orElseThrow().message())
                .contains("it reached the broker 59m58s after its own time");
    }

    @Test
    void anArrivalThatCannotBeReadIsLeftOut() {
        now = TIME.plusSeconds(3600);

        assertThat(guards().stale(alert().attribute("knativearrivaltime", "x").read())
                        .orElseThrow()
                        .message())
                .endsWith("RESPONSE_MAX_EVENT_AGE 15m");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ka.cluster.name", "k8s.cluster.name", "cluster"})
    void aFieldMayNameAnotherCluster(String field) {
        AlertGuards guards = guards("RESPONSE_CLUSTER", "prod-us");
        Outcome outcome =
                guards.otherCluster(alert().field(field, "prod-eu").read()).orElseThrow();

        assertThat(outcome.reason()).isEqualTo(Reason.OTHER_CLUSTER);
        assertThat(outcome.text()).isEqualTo("denied");
        assertThat(outcome.message()).contains("prod-eu", "RESPONSE_CLUSTER", "prod-us");
        assertThat(guards.otherCluster(alert().field(field, "prod-us").read())).isEmpty();
    }

    @Test
    void anExtensionMayNameAnotherCluster() {
        AlertGuards guards = guards("RESPONSE_CLUSTER", "prod-us");

        assertThat(reason(guards.otherCluster(
                        alert().attribute("cluster", "prod-eu").read())))
                .contains(Reason.OTHER_CLUSTER);
        assertThat(guards.otherCluster(alert().attribute("cluster", "prod-us").read()))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "true", "[\"prod-us\"]", "{\"name\":\"prod-us\"}"})
    void aNameThatIsNoTextIsThatOfAnotherCluster(String json) throws IOException {
        Object name = new ObjectMapper().readValue(json, Object.class);

        assertThat(guards("RESPONSE_CLUSTER", "prod-us")
                        .otherCluster(alert().field("k8s.cluster.name", name).read()))
                .isPresent();
    }

    @Test
    void soIsATextThatIsLongerThanAnyName() {
        String name = "prod-us" + " ".repeat(1024) + "x";

        assertThat(guards("RESPONSE_CLUSTER", "prod-us")
                        .otherCluster(alert().field("cluster", name).read()))
                .isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "<NA>"})
    void aNameThatFalcoDoesNotKnowIsNone(String name) {
        assertThat(guards("RESPONSE_CLUSTER", "prod-us")
                        .otherCluster(alert().field("k8s.cluster.name", name).read()))
                .isEmpty();
    }

    @Test
    void oneNameOfAnotherClusterIsEnough() {
        SampleAlert alert = alert().field("k8s.cluster.name", "prod-us").attribute("cluster", "prod-eu");

        assertThat(guards("RESPONSE_CLUSTER", "prod-us").otherCluster(alert.read()))
                .isPresent();
    }

    @Test
    void withoutAClustersNameNoClusterIsAnother() {
        assertThat(guards().otherCluster(alert().field("cluster", "prod-eu").read()))
                .isEmpty();
        assertThat(guards("RESPONSE_CLUSTER", "prod-us").otherCluster(alert().read()))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"kube-system,is protected", "falco,is protected", "tools,is protected", "shop,''"})
    void protectedNamespacesAreLeftAlone(String namespace, String why) {
        Optional<Outcome> refusal = guards().protectedNamespace(
                        SampleAlert.about(namespace, "web-0").read());

        assertThat(refusal.isPresent()).isEqualTo(!why.isEmpty());
        assertThat(refusal.map(Outcome::message).orElse("")).contains(why);
        assertThat(reason(refusal).orElse(Reason.PROTECTED_NAMESPACE)).isEqualTo(Reason.PROTECTED_NAMESPACE);
    }

    @Test
    void anotherNamespaceThanThoseToActInIsLeftAlone() {
        AlertGuards guards = guards("RESPONSE_NAMESPACES", "bank");

        assertThat(guards.protectedNamespace(alert().read()).orElseThrow().message())
                .isEqualTo("Namespace shop is not among RESPONSE_NAMESPACES");
        assertThat(guards.protectedNamespace(SampleAlert.about("bank", "web-0").read()))
                .isEmpty();
    }

    @Test
    void aProtectedNamespaceStaysProtectedWhenItIsNamed() {
        AlertGuards guards = guards("RESPONSE_NAMESPACES", "kube-system");

        assertThat(guards.protectedNamespace(
                        SampleAlert.about("kube-system", "x").read()))
                .isPresent();
    }

    @Test
    void anApprovedAlertIsAsOldAsItsApproval() {
        now = TIME.plus(Duration.ofHours(1));
        Alert alert = alert().read();

        assertThat(reason(guards().stale(alert))).contains(Reason.STALE);
        assertThat(guards().stale(SampleAlert.approved(alert, now.minus(Duration.ofMinutes(14)))))
                .isEmpty();
        assertThat(reason(guards().stale(SampleAlert.approved(alert, now.minus(Duration.ofMinutes(16))))))
                .contains(Reason.STALE);
    }
}
