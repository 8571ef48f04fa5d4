package dev.falcoresponse.playground;

import dev.falcoresponse.playground.Changes.Change;
import dev.falcoresponse.playground.broker.Passage;
import java.util.List;

/** Tells what became of each alert, on standard output. */
interface Report {
    void tell(SentAlert alert, Passage passage, List<Change> changes);

    /** After the last alert. */
    void end();
}
