package org.ppspp.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/** A hash file in the making, under another name until it is whole: readers of an older one are not disturbed. */
final class NewHashFile {
    private final Path temporary;
    private final Path target;
    private final HashFile file;

    private NewHashFile(Path temporary, Path target, HashFile file) {
        this.temporary = temporary;
        this.target = target;
        this.file = file;
    }

    /** Starts the hash file of {@code files}; fails where the folder is not writable or the name is taken by something else. */
    static NewHashFile create(ContentFiles files, ContentStore.Opener opener, int hashLength) throws IOException {
        Path target = files.hashes();
        if (ContentFiles.exists(target)) {
            try (ContentStore existing = opener.open(target, StandardOpenOption.READ)) {
                if (!HashFile.isOurs(existing)) {
                    throw new IOException("it exists and is not a hash file");
                }
            }
        }
        Path temporary = files.sibling(
                ".hashes.tmp-" + Long.toHexString(ThreadLocalRandom.current().nextLong()));
        ContentStore store = opener.open(
                temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        return new NewHashFile(temporary, target, new HashFile(store, hashLength));
    }

    HashFile file() {
        return file;
    }

    /** Completes the file and gives it its name; it stays open. */
    HashFile publish(HashFile.Header header) throws IOException {
        file.writeHeader(header);
        file.force();
        Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        return file;
    }

    /** Removes the file. */
    void discard() throws IOException {
        file.close();
        try {
            Files.delete(temporary);
        } catch (NoSuchFileException e) {
            // Published just before something else failed, or never reached the disk: nothing is left either way.
            return;
        }
    }
}
