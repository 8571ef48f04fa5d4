package dev.falcoresponse.playground;

import dev.falcoresponse.playground.ClusterChanges.Change;
import dev.falcoresponse.playground.broker.EventTrace;
import java.util.List;

/** Prints the result of each alert to standard output. */
interface Report {
    /** Prints nothing. */
    Report NONE = new Report() {
        @Override
        public void add(SentAlert alert, EventTrace trace, List<Change> changes) {}

        @Override
        public void end() {}
    };

    void add(SentAlert alert, EventTrace trace, List<Change> changes);

    /** Called after the last alert. */
    void end();
}
