package dev.falcoresponse.snapshotlogs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** A folder, usually on a volume. An object gets its name once all of it is on the disk. */
final class FileStore implements EvidenceStore {
    /** How many bytes a check writes. */
    private static final int ENOUGH = 256 * 1024;

    /** Longer than a capture takes. */
    private static final Duration LEFTOVER_AGE = Duration.ofMinutes(5);

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
        createFolders(parent(target));
        removeLeftovers(parent(target));
        Path temporary = target.resolveSibling("." + UUID.randomUUID() + ".tmp");
        try {
            write(temporary, content);
            boolean fresh = name(temporary, target);
            sync(parent(target));
            return fresh;
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** A file's name is on the disk only when its folder is: else a power cut takes it. */
    private static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Everything in the store has a parent. */
    private static Path parent(Path path) {
        return Objects.requireNonNull(path.getParent());
    }

    private void createFolders(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            createFolders(parent(folder));
            try {
                Files.createDirectory(folder);
            } catch (FileAlreadyExistsException e) {
                return; // by another log of the same pod
            }
            sync(parent(folder));
        }
    }

    /** Temporary files of a run that was killed; one that is still written is younger. */
    private static void removeLeftovers(Path folder) throws IOException {
        FileTime old = FileTime.from(Instant.now().minus(LEFTOVER_AGE));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, ".*.tmp")) {
            for (Path file : files) {
                if (Files.getLastModifiedTime(file).compareTo(old) < 0) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (NoSuchFileException e) {
            // another run was faster
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

    /** A hard link is created or refused in one step; file systems without links need a check before the move. */
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
    public void check() throws IOException {
        requireRoot();
        Path file = Files.createTempFile(root, ".check-", ".tmp");
        try {
            Files.write(file, new byte[ENOUGH], StandardOpenOption.WRITE, StandardOpenOption.SYNC);
        } finally {
            Files.delete(file);
        }
    }

    /** A volume that is not mounted must not become a folder of the container. */
    private void requireRoot() throws IOException {
        if (!Files.isDirectory(root)) {
            throw new IOException("The folder " + root + " does not exist");
        }
    }

    @Override
    public String location(String prefix) {
        return "file://" + root + "/" + prefix;
    }
}
