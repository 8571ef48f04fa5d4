package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.Outcome;
import dev.falcoresponse.Outcome.Acted;
import dev.falcoresponse.Outcome.Denied;
import dev.falcoresponse.Outcome.Previewed;
import dev.falcoresponse.PodAction;
import dev.falcoresponse.Reason;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.isolatenetwork.IsolateNetworkSettings.Scope;
import dev.falcoresponse.kubernetes.ApiException;
import dev.falcoresponse.kubernetes.ApiServer;
import dev.falcoresponse.kubernetes.ApiServer.Run;
import dev.falcoresponse.kubernetes.Permission;
import dev.falcoresponse.kubernetes.Resource;
import dev.falcoresponse.quarantine.Quarantine;
import dev.falcoresponse.reply.Door;
import dev.falcoresponse.settings.SettingReader;
import io.fabric8.kubernetes.api.model.Pod;
import io.quarkus.funqy.Funq;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Cuts the pod that alerted off the network, or off the address that it talked to. */
@Singleton
public final class IsolateNetwork implements PodAction {
    private static final String NAME = "isolate-network";

    private final Door door;
    private final IsolateNetworkSettings settings;
    private final Denial denial;
    private final Cut cut;

    IsolateNetwork(Door door, ApiServer api, SettingReader reader) {
        this.door = door;
        this.settings = IsolateNetworkSettings.read(reader);
        this.denial = new Denial(api, settings);
        Marking marking = new Marking(api, settings.expiresAfter(), InstantSource.system());
        this.cut = switch (settings.scope()) {
            case POD -> new PodCut(api, settings, marking, denial);
            case ADDRESS -> new AddressCut(api, marking);
        };
    }

    @Funq(NAME)
    public byte[] answer(byte[] body) {
        return door.answer(body);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<Permission> permissions() {
        List<Permission> permissions = new ArrayList<>(List.of(Resource.PODS.may("patch")));
        Denial.plain().forEach(permissions::add);
        permissions.addAll(denial.permissions());
        if (settings.scope() == Scope.ADDRESS) {
            permissions.addAll(InsideCluster.permissions());
        } else if (settings.detach()) {
            permissions.add(Handles.SERVICES.may("list"));
            Owner.resources().map(each -> each.may("get")).forEach(permissions::add);
        }
        return permissions;
    }

    @Override
    public Optional<String> obstacle() throws ApiException {
        return denial.obstacle();
    }

    @Override
    public Optional<Outcome> refusal(Alert alert, Pod pod) throws ApiException {
        if (Boolean.TRUE.equals(pod.getSpec().getHostNetwork())) {
            return Optional.of(new Denied(
                    Reason.HOST_NETWORK,
                    "Pod " + Quarantine.name(pod)
                            + " uses its node's network, where no policy can tell it from the node"));
        }
        return cut.refusal(alert, pod);
    }

    @Override
    public String deed(Alert alert, Pod pod) {
        return cut.deed(alert, pod);
    }

    @Override
    public Outcome act(Alert alert, Pod pod) throws ApiException {
        Cut.Result result = cut.make(alert, pod, Run.REAL);
        return switch (settings.scope()) {
            case POD -> new Acted(Reason.ISOLATED, "Isolated " + result.sentence(), result.details());
            case ADDRESS -> new Acted(Reason.ADDRESS_BLOCKED, "Blocked " + result.sentence(), result.details());
        };
    }

    @Override
    public Outcome preview(Alert alert, Pod pod) throws ApiException {
        Cut.Result result = cut.make(alert, pod, Run.DRY);
        String would = settings.scope() == Scope.POD ? "Would isolate " : "Would block ";
        return new Previewed(would + result.sentence(), result.details());
    }
}
