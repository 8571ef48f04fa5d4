package dev.falcoresponse.snapshotlogs;

import dev.falcoresponse.snapshotlogs.EvidenceStore.Content;
import java.io.ByteArrayInputStream;
import java.io.InputStream;

/** Contents of objects in memory. */
final class Contents {
    private Contents() {}

    static Content of(byte[] bytes) {
        return new Content() {
            @Override
            public long size() {
                return bytes.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(bytes);
            }
        };
    }
}
