package dev.falcoresponse.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.Outcome;
import dev.falcoresponse.PodAction.Effect;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.Delivery;
import dev.falcoresponse.event.Delivery.Form;
import dev.falcoresponse.event.EventReader;
import dev.falcoresponse.event.EventReader.Taken;
import dev.falcoresponse.event.UnreadableException;
import dev.falcoresponse.guard.Guardrail;
import dev.falcoresponse.guard.Guardrails;
import dev.falcoresponse.settings.Self;
import dev.falcoresponse.settings.SettingReader;
import dev.falcoresponse.settings.Settings;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds for the guards whatever an operator sets. */
class GuardsPropertiesTest {
    private static final Self SELF = new Self("falco-response", "delete-pod-0");
    private static final Instant NOW = Instant.parse("2026-11-25T03:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);
    private static final EventReader READER =
            new EventReader(new Taken("delete-pod", true, true, Set.of(), Set.of()), CLOCK);

    /** Any combination of the settings that guards look at; each may be left out. */
    @Provide
    Arbitrary<Map<String, String>> settings() {
        return Combinators.combine(
                        setting("response.rules", "", "Terminal shell in container", "Some other rule"),
                        setting("response.min-priority", "debug", "notice", "critical"),
                        setting("response.namespaces", "*", "shop", "kube-system", "shop,kube-system,falco"),
                        setting("response.exempt-label", "falco-response/exempt", "keep"),
                        setting("response.denied-owner-kinds", "", "DaemonSet", "ReplicaSet,Job"),
                        setting("response.max-event-age", "1s", "15m", "36500d"),
                        setting("response.dry-run", "true", "false"))
                .as((a, b, c, d, e, f, g) -> {
                    Map<String, String> all = new HashMap<>();
                    for (Map<String, String> each : List.of(a, b, c, d, e, f, g)) {
                        all.putAll(each);
                    }
                    return all;
                });
    }

    private static Arbitrary<Map<String, String>> setting(String name, String... values) {
        return Arbitraries.of(values)
                .<Map<String, String>>map(value -> Map.of(name, value))
                .injectNull(0.3)
                .map(set -> set == null ? Map.of() : set);
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.strings().withCharRange('a', 'z').ofMinLength(1).ofMaxLength(8);
    }

    private static Guardrails guardrails(Map<String, String> settings) {
        var config = new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(settings, "operator", 500))
                .build();
        return new Guardrails(Settings.read(new SettingReader(config), SELF), SELF, CLOCK);
    }

    private static Alert alert(String namespace, String pod, String rule, String priority, long ageSeconds) {
        String json = """
                {"rule":"%s","priority":"%s","time":"%s","source":"syscall","output":"x",
                 "output_fields":{"container.id":"3ad7b26ded6d","k8s.ns.name":"%s","k8s.pod.name":"%s"}}
                """.formatted(rule, priority, NOW.minusSeconds(ageSeconds), namespace, pod);
        try {
            return READER.read(new Delivery(Form.PLAIN, Map.of(), json.getBytes(UTF_8)));
        } catch (UnreadableException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Property
    void noSettingsLetAProtectedNamespaceThrough(
            @ForAll("settings") Map<String, String> settings, @ForAll("names") String name, @ForAll boolean byPattern) {
        String namespace = byPattern ? "kube-" + name : "falco-response";
        Alert alert = alert(namespace, name, "Terminal shell in container", "Notice", 1);

        assertThat(Guardrail.first(guardrails(settings).onEvent(Effect.CHANGE), alert))
                .isPresent();
        assertThat(Guardrail.first(guardrails(settings).onEvent(Effect.UNDO), alert))
                .isPresent();
    }

    @Property
    void noSettingsButOnesOwnListLetAnotherNamespaceThanTheNamedOnesThrough(
            @ForAll("settings") Map<String, String> settings, @ForAll("names") String name) {
        Map<String, String> bound = new HashMap<>(settings);
        bound.put("response.namespaces", "shop");
        Alert alert = alert("x" + name, name, "Terminal shell in container", "Notice", 1);

        assertThat(Guardrail.first(guardrails(bound).onEvent(Effect.CHANGE), alert))
                .isPresent();
    }

    @Property
    void aPreviewIsRefusedExactlyWhenTheActIs(
            @ForAll("settings") Map<String, String> settings,
            @ForAll("names") String namespace,
            @ForAll("names") String pod,
            @ForAll boolean exempt,
            @ForAll boolean owned) {
        Alert alert = alert(namespace, pod, "Terminal shell in container", "Notice", 100);
        Pod found = pod(namespace, pod, exempt, owned);
        Map<String, String> preview = new HashMap<>(settings);
        preview.put("response.dry-run", "true");
        Map<String, String> act = new HashMap<>(settings);
        act.put("response.dry-run", "false");

        assertThat(refusal(preview, alert, found)).isEqualTo(refusal(act, alert, found));
    }

    @Property
    void noSettingsLetAnExemptPodThroughThatCarriesTheirLabel(
            @ForAll("settings") Map<String, String> settings, @ForAll("names") String name) {
        Map<String, String> bound = new HashMap<>(settings);
        bound.put("response.exempt-label", "falco-response/exempt");

        assertThat(Guardrail.first(guardrails(bound).onPod(Effect.CHANGE), pod("shop", name, true, false)))
                .isPresent();
    }

    private static Pod pod(String namespace, String name, boolean exempt, boolean owned) {
        PodBuilder pod = new PodBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .withUid("uid")
                .endMetadata()
                .withNewSpec()
                .endSpec();
        if (exempt) {
            pod.editMetadata().addToLabels("falco-response/exempt", "true").endMetadata();
        }
        if (owned) {
            pod.editMetadata()
                    .addNewOwnerReference()
                    .withApiVersion("apps/v1")
                    .withKind("ReplicaSet")
                    .withName("web")
                    .withUid("owner")
                    .withController(true)
                    .endOwnerReference()
                    .endMetadata();
        }
        return pod.build();
    }

    private static Optional<Outcome> refusal(Map<String, String> settings, Alert alert, Pod pod) {
        Guardrails guardrails = guardrails(settings);
        return Guardrail.first(guardrails.onEvent(Effect.CHANGE), alert)
                .or(() -> Guardrail.first(guardrails.onPod(Effect.CHANGE), pod));
    }
}
