package dev.falcoresponse.snapshotlogs;

import java.io.IOException;

/** Takes the bytes of a log as they arrive. */
@FunctionalInterface
interface LogSink {
    void accept(byte[] bytes) throws IOException;
}
