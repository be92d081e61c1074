package org.ppspp.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/**
 * The files that belong to one piece of content.
 *
 * @param target where the content is published once it is complete: the name the user gave, taken as it is
 */
record ContentFiles(Path target) {
    /** More files moved aside than anyone keeps; searching on would only hide an error. */
    private static final int MAX_ASIDE = 10_000;

    /** The content while it is incomplete: each verified chunk at its place. */
    Path part() {
        return sibling(".part");
    }

    /** What of {@link #part} is there. */
    Path state() {
        return sibling(".part.state");
    }

    /** The hash tree; stays beside complete content so that it is seeded at once. */
    Path hashes() {
        return sibling(".hashes");
    }

    Path sibling(String suffix) {
        return target.resolveSibling(target.getFileName() + suffix);
    }

    Path folder() {
        Path parent = target.toAbsolutePath().getParent();
        return parent == null ? target.toAbsolutePath() : parent;
    }

    /** Whether anything has this name, be it a link to nowhere. */
    static boolean exists(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    /** Renames {@code path} to the first free {@code PATH.orig-N} and returns that. */
    static Path moveAside(Path path) throws IOException {
        for (int n = 1; n <= MAX_ASIDE; n++) {
            Path aside = path.resolveSibling(path.getFileName() + ".orig-" + n);
            if (exists(aside)) {
                continue;
            }
            try {
                return Files.move(path, aside);
            } catch (FileAlreadyExistsException e) {
                // Someone else took the name just now: the next one.
            }
        }
        throw new IOException("there are " + MAX_ASIDE + " files moved aside already");
    }

    /** When {@code path} was last changed, as exactly as the file system knows. */
    static long modifiedNanos(Path path) throws IOException {
        return Files.getLastModifiedTime(path).to(TimeUnit.NANOSECONDS);
    }

    /** Makes renames in {@code folder} survive a power cut, where the system can. */
    static void forceFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Windows opens no folders, and some network file systems sync none: renames there are as durable as they
            // get.
            return;
        }
    }
}
