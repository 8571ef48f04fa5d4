package dev.falcoresponse.snapshotlogs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.UUID;

/** A folder, usually on a volume: an object gets its name only when all of it is on the disk. */
final class FileStore implements EvidenceStore {
    /** What a check writes: that much room must there be. */
    private static final int ENOUGH = 256 * 1024;

    private final Path root;

    FileStore(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    private Path path(String key) throws IOException {
        Path path = root.resolve(key).normalize();
        if (!path.startsWith(root) || path.equals(root)) {
            throw new IOException("The key \"" + key + "\" leads out of the store");
        }
        return path;
    }

    @Override
    public boolean putIfAbsent(String key, Content content) throws IOException {
        Path target = path(key);
        if (Files.exists(target)) {
            return false;
        }
        requireRoot();
        Files.createDirectories(target.getParent());
        Path temporary = target.resolveSibling("." + UUID.randomUUID() + ".tmp");
        try {
            write(temporary, content);
            return name(temporary, target);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static void write(Path temporary, Content content) throws IOException {
        try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                InputStream in = content.open()) {
            long size = out.transferFrom(Channels.newChannel(in), 0, content.size());
            if (size != content.size()) {
                throw new IOException(temporary + " got " + size + " of " + content.size() + " bytes");
            }
            out.force(true);
        }
    }

    /** A second name for the same file is given or refused in one step; where there are none, a look must do. */
    private static boolean name(Path temporary, Path target) throws IOException {
        try {
            Files.createLink(target, temporary);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (UnsupportedOperationException | FileSystemException e) {
            if (Files.exists(target)) {
                return false;
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            return true;
        }
    }

    @Override
    public Optional<InputStream> read(String key) throws IOException {
        try {
            return Optional.of(Files.newInputStream(path(key)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    @Override
    public void check(String prefix) throws IOException {
        requireRoot();
        Path file = Files.createTempFile(root, ".check-", ".tmp");
        try {
            Files.write(file, new byte[ENOUGH], StandardOpenOption.WRITE, StandardOpenOption.SYNC);
        } finally {
            Files.delete(file);
        }
    }

    /** A volume that is not mounted must not become a folder of the container's. */
    private void requireRoot() throws IOException {
        if (!Files.isDirectory(root)) {
            throw new IOException("The folder " + root + " is not there");
        }
    }

    @Override
    public String location(String prefix) {
        return "file://" + root + "/" + prefix;
    }
}
