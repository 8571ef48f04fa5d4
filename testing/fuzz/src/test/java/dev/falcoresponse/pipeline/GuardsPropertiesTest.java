package dev.falcoresponse.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.action.Action;
import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.Effect;
import dev.falcoresponse.action.Found;
import dev.falcoresponse.action.Found.Proven;
import dev.falcoresponse.action.Guard;
import dev.falcoresponse.action.Identity;
import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Read;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.action.Target;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.FalcoAlerts;
import dev.falcoresponse.event.ReceivedEvent;
import dev.falcoresponse.event.UnreadableException;
import dev.falcoresponse.kubernetes.PodApi;
import dev.falcoresponse.pods.Pods;
import dev.falcoresponse.settings.Namespaces;
import dev.falcoresponse.settings.ResponseSettings;
import dev.falcoresponse.settings.Self;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Properties of the guards that hold for all settings. */
class GuardsPropertiesTest {
    private static final Self SELF = new Self("falco-response", "delete-pod-0");
    private static final Instant NOW = Instant.parse("2026-11-25T03:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);

    /** Any combination of the settings that guards use; each may be left out. */
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

    private static Pods pods(Map<String, String> properties) {
        ResponseSettings settings = EchoPipeline.settings(properties);
        return new Pods(new PodApi(EchoPipeline.api()), settings, Namespaces.of(settings, SELF), SELF, CLOCK);
    }

    private static ReceivedEvent event(String namespace, String pod, String rule, String priority, long ageSeconds) {
        String json = """
                {"rule":"%s","priority":"%s","time":"%s","source":"syscall","output":"x",
                 "output_fields":{"container.id":"3ad7b26ded6d","k8s.ns.name":"%s","k8s.pod.name":"%s"}}
                """.formatted(rule, priority, NOW.minusSeconds(ageSeconds), namespace, pod);
        return new ReceivedEvent(Map.of("id", "1", "type", FalcoAlerts.TYPE), json.getBytes(UTF_8));
    }

    private static Alert shellIn(String namespace, String pod) {
        try {
            return FalcoAlerts.read(event(namespace, pod, "Terminal shell in container", "Notice", 1));
        } catch (UnreadableException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Property
    void noSettingsLetAProtectedNamespaceThrough(
            @ForAll("settings") Map<String, String> settings, @ForAll("names") String name, @ForAll boolean byPattern) {
        Alert alert = shellIn(byPattern ? "kube-" + name : "falco-response", name);

        assertThat(Guard.first(pods(settings).alertGuards(Effect.CHANGE), alert))
                .isPresent();
    }

    @Property
    void onlyTheNamedNamespacesAreLetThrough(
            @ForAll("settings") Map<String, String> settings, @ForAll("names") String name) {
        Map<String, String> bound = new HashMap<>(settings);
        bound.put("response.namespaces", "shop");

        assertThat(Guard.first(pods(bound).alertGuards(Effect.CHANGE), shellIn("x" + name, name)))
                .isPresent();
    }

    @Property
    void noSettingsLetAnExemptPodThroughThatHasTheirLabel(
            @ForAll("settings") Map<String, String> settings, @ForAll("names") String name) {
        Map<String, String> bound = new HashMap<>(settings);
        bound.put("response.exempt-label", "falco-response/exempt");

        assertThat(Guard.first(pods(bound).guards(Effect.CHANGE), pod("shop", name, true, false)))
                .isPresent();
    }

    @Property
    void noSettingsKeepAnIsolatedPodFromBeingReleased(
            @ForAll("settings") Map<String, String> settings, @ForAll("names") String name, @ForAll boolean exempt) {
        assertThat(Guard.first(pods(settings).guards(Effect.UNDO), pod("shop", name, exempt, true)))
                .isEmpty();
    }

    /** Finds one pod without an API server; all else is as for real pods. */
    private record OnePod(Pods pods, Pod pod) implements Target<Pod> {
        @Override
        public List<Guard<Alert>> alertGuards(Effect effect) {
            return pods.alertGuards(effect);
        }

        @Override
        public Found<Pod> find(Alert alert, Effect effect, Read read) {
            return new Proven<>(pod, Identity.UID);
        }

        @Override
        public List<Guard<Pod>> guards(Effect effect) {
            return pods.guards(effect);
        }

        @Override
        public List<Permission> permissions() {
            return List.of();
        }

        @Override
        public ObjectReference reference(Pod found) {
            return pods.reference(found);
        }
    }

    /** Does nothing to a pod, and says so. */
    private record Nothing(Target<Pod> target) implements Action<Pod> {
        @Override
        public String name() {
            return EchoPipeline.NAME;
        }

        @Override
        public List<Reason> reasons() {
            return List.of();
        }

        @Override
        public List<Permission> permissions() {
            return List.of();
        }

        @Override
        public Change act(Alert alert, Pod pod, Run run) {
            return new Change(Reason.acted("done"), run.verb("Did", "do"), Map.of());
        }
    }

    @Property
    void aPreviewIsRefusedExactlyWhenTheActIs(
            @ForAll("settings") Map<String, String> settings,
            @ForAll("names") String namespace,
            @ForAll("names") String name,
            @ForAll boolean exempt,
            @ForAll boolean owned) {
        ReceivedEvent event = event(namespace, name, "Terminal shell in container", "Notice", 100);
        Pod pod = pod(namespace, name, exempt, owned);

        String act = reason(settings, "false", pod, event);
        String preview = reason(settings, "true", pod, event);

        assertThat(preview).isEqualTo(act.equals("done") ? "dry-run" : act);
    }

    private static String reason(Map<String, String> settings, String dryRun, Pod pod, ReceivedEvent event) {
        Map<String, String> all = new HashMap<>(settings);
        all.put("response.dry-run", dryRun);
        return EchoPipeline.of(new Nothing(new OnePod(pods(all), pod)), all, CLOCK)
                .answer(event)
                .reason();
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
}
