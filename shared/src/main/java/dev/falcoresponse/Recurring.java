package dev.falcoresponse;

import dev.falcoresponse.event.Alert;
import dev.falcoresponse.kubernetes.ApiException;
import dev.falcoresponse.kubernetes.ApiServer.Run;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** An action that is also due by itself, and then for several pods at once: a clock's event asks for it. */
public interface Recurring extends PodAction {
    /** The types of the CloudEvents that ask for all that is due. */
    Set<String> ticks();

    /**
     * What is due, each as if it had come as an event of its own.
     *
     * @throws ApiException when the API server could not be asked
     */
    List<Alert> due(Instant now) throws ApiException;

    /** Takes away what was left behind by whom nobody can be asked about any more; nothing else depends on it. */
    void tidy(Instant now, Run run);
}
