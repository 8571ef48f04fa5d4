package dev.falcoresponse.event;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which pod an alert names. */
final class NamedPodTest {
    private static SampleAlert audit(String resource) {
        return SampleAlert.bare()
                .with("source", "k8s_audit")
                .field("ka.target.resource", resource)
                .field("ka.target.namespace", "shop");
    }

    @Test
    void theContainerPluginsFieldsComeFirst() {
        PodReference pod = SampleAlert.about("shop", "web-0")
                .field("k8smeta.ns.name", "other")
                .field("k8smeta.pod.name", "other-0")
                .read()
                .pod();

        assertThat(pod).hasToString("shop/web-0");
    }

    @Test
    void k8smetaComesNext() {
        PodReference pod = SampleAlert.bare()
                .field("k8s.ns.name", "<NA>")
                .field("k8smeta.ns.name", "shop")
                .field("k8smeta.pod.name", "web-0")
                .field("k8smeta.pod.uid", "u-1")
                .read()
                .pod();

        assertThat(pod).hasToString("shop/web-0");
        assertThat(pod.uid()).isEqualTo("u-1");
    }

    @Test
    void aCompleteNameWinsOverHalfAName() {
        PodReference pod = SampleAlert.bare()
                .field("k8s.ns.name", "half")
                .field("k8smeta.ns.name", "shop")
                .field("k8smeta.pod.name", "web-0")
                .read()
                .pod();

        assertThat(pod).hasToString("shop/web-0");
    }

    @Test
    void halfANameIsNoPod() {
        PodReference pod =
                SampleAlert.bare().field("k8s.ns.name", "shop").read().pod();

        assertThat(pod.isEmpty()).isFalse();
        assertThat(pod.isValid()).isFalse();
    }

    @Test
    void anAuditEventNamesThePodThatWasAskedFor() {
        PodReference pod = audit("pods").field("ka.target.name", "web-0").read().pod();

        assertThat(pod).hasToString("shop/web-0");
        assertThat(pod.uid()).isEmpty();
    }

    @Test
    void anAuditEventOfACreationNamesThePodInTheAnswer() {
        assertThat(audit("pods").field("ka.resp.name", "web-0").read().pod()).hasToString("shop/web-0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"services", "nodes", "pod", "Pods", "<NA>", "pods/exec"})
    void anAuditEventAboutAnotherResourceNamesNoPod(String resource) {
        PodReference pod = audit(resource)
                .field("ka.target.name", "web-0")
                .field("ka.resp.name", "web-0")
                .read()
                .pod();

        assertThat(pod.isEmpty()).isTrue();
    }

    @Test
    void auditFieldsCountInAuditEventsOnly() {
        SampleAlert alert = audit("pods").field("ka.target.name", "web-0").with("source", "syscall");

        assertThat(alert.read().pod().isEmpty()).isTrue();
    }

    @Test
    void dockersContainerNameHoldsThePodAndItsUid() {
        PodReference pod = SampleAlert.bare()
                .field("container.id", "9f3c1d2e4b5a")
                .field("container.name", "k8s_app_web-0_shop_5d0a1111-2222-3333-4444-555566667777_0")
                .read()
                .pod();

        assertThat(pod).hasToString("shop/web-0");
        assertThat(pod.uid()).isEqualTo("5d0a1111-2222-3333-4444-555566667777");
        assertThat(pod.containerId()).isEqualTo("9f3c1d2e4b5a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"k8s_app_web-0_shop", "x_app_web-0_shop_u_0", "app", "k8s_a_b_c_d_e_f", "_____"})
    void anotherContainerNameHoldsNoPod(String name) {
        assertThat(SampleAlert.bare().field("container.name", name).read().pod().isEmpty())
                .isTrue();
    }

    @Test
    void theProofIsReadBesideTheName() {
        PodReference pod = SampleAlert.about("shop", "web-0")
                .field("k8s.pod.uid", "u-1")
                .field("container.id", "9f3c1d2e4b5a")
                .field("container.name", "app")
                .field("k8s.pod.sandbox_id", "d00dfeed1234")
                .read()
                .pod();

        assertThat(pod).isEqualTo(new PodReference("shop", "web-0", "u-1", "app", "9f3c1d2e4b5a", "d00dfeed1234"));
    }

    @Test
    void aContainerOnTheHostIsTheHost() {
        assertThat(SampleAlert.bare().field("container.id", "host").read().pod().isHost())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"d00dfeed1234", "d00dfeed1234ffff"})
    void aContainerIdThatBeginsLikeTheSandboxIsTheSandbox(String containerId) {
        PodReference pod = SampleAlert.bare()
                .field("container.id", containerId)
                .field("k8s.pod.sandbox_id", "d00dfeed1234")
                .read()
                .pod();

        assertThat(pod.isSandbox()).isTrue();
    }

    @Test
    void withoutIdsNothingIsASandbox() {
        assertThat(PodReference.NONE.isSandbox()).isFalse();
        assertThat(SampleAlert.bare()
                        .field("container.id", "d00dfeed1234")
                        .read()
                        .pod()
                        .isSandbox())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Web", "web_0", "../x", "web/0", "web?x=1", "-web"})
    void aNameThatKubernetesRefusesIsNotValid(String name) {
        assertThat(SampleAlert.about("shop", name).read().pod().isValid()).isFalse();
        assertThat(SampleAlert.about(name, "web-0").read().pod().isValid()).isFalse();
    }
}
