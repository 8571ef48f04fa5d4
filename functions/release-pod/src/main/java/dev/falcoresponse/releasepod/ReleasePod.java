package dev.falcoresponse.releasepod;

import dev.falcoresponse.Outcome;
import dev.falcoresponse.Outcome.Acted;
import dev.falcoresponse.Outcome.Previewed;
import dev.falcoresponse.Outcome.Skipped;
import dev.falcoresponse.Reason;
import dev.falcoresponse.Recurring;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.kubernetes.ApiException;
import dev.falcoresponse.kubernetes.ApiServer;
import dev.falcoresponse.kubernetes.ApiServer.Run;
import dev.falcoresponse.kubernetes.Permission;
import dev.falcoresponse.kubernetes.Resource;
import dev.falcoresponse.quarantine.Policies;
import dev.falcoresponse.quarantine.Policies.Held;
import dev.falcoresponse.quarantine.Quarantine;
import dev.falcoresponse.reply.Door;
import dev.falcoresponse.settings.Settings;
import io.fabric8.kubernetes.api.model.Pod;
import io.quarkus.funqy.Funq;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/** Gives a pod back that isolate-network cut off: when someone asks for it, and when its time is over. */
@Singleton
public final class ReleasePod implements Recurring {
    private static final Logger LOG = Logger.getLogger(ReleasePod.class);
    private static final String NAME = "release-pod";
    private static final String REQUESTED = "falco.response.release-requested.v1";

    /** What a Knative PingSource sends. */
    private static final String PING = "dev.knative.sources.ping";

    private final Door door;
    private final ApiServer api;
    private final Policies policies;
    private final Expired expired;
    private final Orphans orphans;

    ReleasePod(Door door, ApiServer api, Settings settings) {
        this.door = door;
        this.api = api;
        this.policies = new Policies(api);
        this.expired = new Expired(api, settings.namespaces(), REQUESTED);
        this.orphans = new Orphans(api, policies);
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
    public Effect effect() {
        return Effect.UNDO;
    }

    @Override
    public Set<String> requests() {
        return Set.of(REQUESTED);
    }

    @Override
    public Set<String> ticks() {
        return Set.of(PING);
    }

    @Override
    public List<Alert> due(Instant now) throws ApiException {
        return expired.at(now);
    }

    @Override
    public void tidy(Instant now, Run run) {
        try {
            orphans.remove(now, run);
        } catch (ApiException e) {
            LOG.warnf("Policies of pods that are gone were left: %s", e.getMessage());
        }
    }

    @Override
    public List<Permission> permissions() {
        return List.of(
                Resource.PODS.may("list"),
                Resource.PODS.may("patch"),
                Policies.NETWORK_POLICIES.may("get"),
                Policies.NETWORK_POLICIES.may("delete"));
    }

    @Override
    public Optional<Outcome> refusal(Alert alert, Pod pod) throws ApiException {
        return Quarantine.isTouched(pod) || !policies.heldBy(pod).isEmpty()
                ? Optional.empty()
                : Optional.of(new Skipped(
                        Reason.ALREADY_DONE, "Pod " + Quarantine.name(pod) + " is not cut off, or not any more"));
    }

    @Override
    public Outcome act(Alert alert, Pod pod) throws ApiException {
        Return done = giveBack(pod, Run.REAL);
        return new Acted(Reason.RELEASED, "Released " + done.sentence(), done.details());
    }

    @Override
    public Outcome preview(Alert alert, Pod pod) throws ApiException {
        Return would = giveBack(pod, Run.DRY);
        return new Previewed("Would release " + would.sentence(), would.details());
    }

    /**
     * The policies go first: what is left of a release that was cut off still bears the marks that tell of it. Before
     * that the server says whether it will take the labels back: a pod must not be let out and stay marked.
     */
    private Return giveBack(Pod pod, Run run) throws ApiException {
        List<Held> held = policies.heldBy(pod);
        if (run == Run.REAL && Quarantine.isTouched(pod)) {
            api.patch(pod, Return::patch, Run.DRY);
        }
        for (Held each : held) {
            policies.remove(each.kind(), each.policy(), run);
        }
        Pod released = Quarantine.isTouched(pod) ? api.patch(pod, Return::patch, run) : pod;
        return new Return(pod, released, held);
    }
}
