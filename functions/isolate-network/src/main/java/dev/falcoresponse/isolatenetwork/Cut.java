package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.Outcome;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.kubernetes.ApiException;
import dev.falcoresponse.kubernetes.ApiServer.Run;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Map;
import java.util.Optional;

/** One way to cut a pod off. */
interface Cut {
    /** What speaks against it: there is nothing to cut, or nothing left to cut. */
    Optional<Outcome> refusal(Alert alert, Pod pod) throws ApiException;

    /** What must not be done twice within the cool-down. */
    String deed(Alert alert, Pod pod);

    /** Makes it, or has the server try it. */
    Result make(Alert alert, Pod pod, Run run) throws ApiException;

    /**
     * What came of it.
     *
     * @param sentence what was cut, as the rest of a sentence
     */
    record Result(String sentence, Map<String, Object> details) {
        public Result {
            details = Map.copyOf(details);
        }
    }
}
