package dev.falcoresponse.suspendworkload;

import dev.falcoresponse.action.Cause;
import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.ConflictException;
import dev.falcoresponse.action.Found;
import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Denied;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Reversible;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.action.Target;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.Undo;
import dev.falcoresponse.kubernetes.AccessApi;
import dev.falcoresponse.kubernetes.ApiClient;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.kubernetes.OwnConfigMaps;
import dev.falcoresponse.pods.Pods;
import dev.falcoresponse.settings.ResponseSettings;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Stops the workload that an alert's pod came from: its controller starts no more pods with the same hole. */
@Singleton
final class SuspendWorkload implements Reversible<Workload> {
    static final String NAME = "suspend-workload";

    private static final Reason NOT_OFTEN_ENOUGH = Reason.skipped("not-often-enough");

    /** A memory is made a moment before its change. */
    private static final Duration BEFORE_ITS_CHANGE = Duration.ofMinutes(1);

    private final Workloads target;
    private final WorkloadApi workloads;
    private final Memories memories;
    private final Managers managers;
    private final Frequency frequency;
    private final AccessApi access;
    private final SuspendWorkloadSettings settings;
    private final InstantSource clock;

    SuspendWorkload(
            Pods pods,
            ApiClient client,
            ObjectApi objects,
            AccessApi access,
            ResponseSettings response,
            SuspendWorkloadSettings settings,
            OwnConfigMaps configMaps,
            InstantSource clock) {
        this.memories = new Memories(configMaps);
        this.workloads = new WorkloadApi(client, objects, memories);
        this.target = new Workloads(workloads, objects, pods, response);
        this.managers = new Managers(objects);
        this.frequency = new Frequency(settings.after(), System::nanoTime);
        this.access = access;
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Target<Workload> target() {
        return target;
    }

    @Override
    public List<Reason> reasons() {
        return List.of(Suspension.SUSPENDED, Suspension.RESUMED, NOT_OFTEN_ENOUGH, Workloads.KIND);
    }

    @Override
    public Optional<Class<?>> settings() {
        return Optional.of(SuspendWorkloadSettings.class);
    }

    @Override
    public List<Permission> permissions() {
        return Stream.of(WorkloadApi.permissions(), Managers.permissions())
                .flatMap(List::stream)
                .toList();
    }

    @Override
    public Optional<String> obstacle() throws OutcomeException {
        return memories.missingPermissions(access);
    }

    @Override
    public Optional<Outcome> refusal(Alert alert, Workload workload) {
        if (!settings.kinds().contains(workload.kind())) {
            return Optional.of(new Denied(Workloads.KIND, workload + " is none of SUSPEND_WORKLOAD_KINDS"));
        }
        if (workload.isSuspended()) {
            return Optional.of(new Skipped(
                    Reason.ALREADY_DONE,
                    workload + (workload.kind().isScaled() ? " is at 0 already" : " is suspended already")));
        }
        if (alert.approval().isPresent()) {
            return Optional.empty(); // a person's yes needs no further alerts
        }
        return frequency
                .tooFew(workload.uid(), alert.deliveryKey())
                .map(count -> new Skipped(
                        NOT_OFTEN_ENOUGH,
                        "Alert " + count + " about " + workload + "; SUSPEND_WORKLOAD_AFTER is "
                                + settings.after().orElseThrow() + " (counted in this replica's memory)"));
    }

    @Override
    public Change act(Alert alert, Workload workload, Run run) throws OutcomeException {
        List<String> managedBy = managers.of(workload);
        if (workload.isSuspended()) {
            return suspendedBefore(workload, managedBy, run);
        }
        Optional<Instant> expiry = settings.expiresAfter().map(clock.instant()::plus);
        Optional<Memory> memory = memories.remember(workload, alert, expiry, run);
        try {
            workloads.suspend(workload, Marks.of(alert), run);
        } catch (OutcomeException e) {
            if (memory.isPresent()) {
                giveUp(memory.get(), e);
            }
            throw e;
        }
        return Suspension.change(workload, workload.replicas(), managedBy, expiry.map(Instant::toString), run);
    }

    /** An attempt before has suspended it, and its answer may have been lost: what that one remembered stays. */
    private static Change suspendedBefore(Workload workload, List<String> managedBy, Run run) throws OutcomeException {
        Memory memory = workload.memory()
                .orElseThrow(() -> new OutcomeException(
                        new Skipped(Reason.ALREADY_DONE, workload + " was suspended by somebody else meanwhile")));
        return Suspension.change(workload, memory.replicas(), managedBy, memory.expiry(), run);
    }

    /** The alert's pod is gone as soon as the workload is at 0. */
    @Override
    public Optional<Change> confirm(ObjectReference object, Map<String, Object> details) throws OutcomeException {
        Optional<Workload> workload = workloads
                .find(object.kind(), object.namespace(), object.name(), object.uid())
                .filter(now -> now.isSuspended() && now.memory().isPresent());
        return workload.isEmpty()
                ? Optional.empty()
                : Optional.of(suspendedBefore(workload.get(), managers.of(workload.get()), Run.REAL));
    }

    /** A memory that no change follows is removed; where the change may have been made, or is repeated, it is kept. */
    private void giveUp(Memory memory, OutcomeException cause) throws OutcomeException {
        boolean open = cause instanceof ConflictException || cause.isUncertain();
        if (!open && remembered(memory).filter(Workload::isSuspended).isEmpty()) {
            memories.forget(memory, Run.REAL);
        }
    }

    @Override
    public Found<Workload> find(Undo undo) throws OutcomeException {
        return target.find(undo);
    }

    /** Only what is still as this function left it is restored. */
    @Override
    public Change undo(Workload workload, Run run) throws OutcomeException {
        Memory memory = workload.memory()
                .orElseThrow(() -> new OutcomeException(new Skipped(
                        Reason.NOTHING_TO_UNDO, workload + " was not suspended by this function, or no longer is")));
        if (!workload.isSuspended()) {
            memories.forget(memory, run);
            throw new OutcomeException(new Skipped(
                    Reason.NOTHING_TO_UNDO,
                    workload + " was put back meanwhile"
                            + (workload.kind().isScaled() ? ", to " + workload.replicas() + " replicas" : "")
                            + ", by somebody else or by an earlier attempt that could not tell: it is left alone"));
        }
        workloads.resume(workload, memory, run);
        try {
            memories.forget(memory, run);
        } catch (OutcomeException e) {
            throw e.afterChange();
        }
        return Suspension.undone(workload, memory, run);
    }

    @Override
    public Reason undone() {
        return Suspension.RESUMED;
    }

    @Override
    public List<Workload> expired(Instant now) throws OutcomeException {
        List<Workload> expired = new ArrayList<>();
        for (Memory memory : memories.all()) {
            if (memory.isExpired(now)) {
                remembered(memory).ifPresent(expired::add);
            }
        }
        return expired;
    }

    private Optional<Workload> remembered(Memory memory) throws OutcomeException {
        return workloads.find(
                memory.get(Memory.KIND), memory.get(Memory.NAMESPACE), memory.get(Memory.NAME), memory.get(Memory.UID));
    }

    /** Memories of workloads that are gone, or that others have put back: what they do to these later is not ours to undo. */
    @Override
    public List<Adapted<Workload>> adapt(Instant now) throws OutcomeException {
        for (Memory memory : memories.all()) {
            Optional<Workload> workload = remembered(memory);
            boolean old = memory.created().plus(BEFORE_ITS_CHANGE).isBefore(now);
            if (workload.isEmpty() || (old && !workload.get().isSuspended())) {
                memories.forget(memory, Run.REAL);
            }
        }
        return List.of();
    }

    /** A memory is made before the change: it tells the alert of the change only while that is there. */
    @Override
    public Cause cause(Workload workload) {
        return workload.memory()
                .filter(_ -> workload.isSuspended())
                .map(Memory::cause)
                .orElseGet(() -> Marks.cause(workload.annotations()));
    }

    @Override
    public boolean isMissing(Alert alert, Workload workload) {
        return !workload.isSuspended();
    }
}
