package dev.falcoresponse.kubernetes;

import java.io.IOException;

/** Takes a log as it comes. */
@FunctionalInterface
public interface LogSink {
    void accept(byte[] bytes) throws IOException;
}
