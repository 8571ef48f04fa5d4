package dev.falcoresponse.requestapproval;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.Optional;

/**
 * What an alert is about, or what a request is about that can be ended.
 *
 * @param pod as it was read, when it was
 * @param open the request that is open for it, if there is one
 * @param request the same with its alert, when it is to be ended
 */
record Asked(Subject subject, Optional<Pod> pod, Optional<OpenRequest> open, Optional<Request> request) {}
