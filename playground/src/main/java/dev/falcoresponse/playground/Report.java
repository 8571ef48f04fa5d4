package dev.falcoresponse.playground;

import dev.falcoresponse.playground.Changes.Change;
import dev.falcoresponse.playground.broker.Passage;
import java.util.List;

/** Tells what became of each alert, on standard output. */
interface Report {
    /** Tells nobody: the page shows it. */
    Report NOBODY = new Report() {
        @Override
        public void tell(SentAlert alert, Passage passage, List<Change> changes) {}

        @Override
        public void end() {}
    };

    void tell(SentAlert alert, Passage passage, List<Change> changes);

    /** After the last alert. */
    void end();
}
