package org.ppspp.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.chunk.ContentLayout;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.BinHashes;
import org.ppspp.integrity.NodeHasher;
import org.ppspp.integrity.UpperHashes;

/** Finds out what of some content is on disk already and opens it; used once. */
final class ContentOpening {
    private final ContentFiles files;
    private final ContentOptions options;
    private final ContentStore.Opener opener;
    private final List<String> notices = new ArrayList<>();
    private SwarmMetadata metadata;

    ContentOpening(ContentFiles files, SwarmMetadata metadata, ContentOptions options, ContentStore.Opener opener) {
        if (metadata.swarmId().length() != metadata.hashFunction().length()) {
            throw new IllegalArgumentException("content on disk is named by its root hash, not " + metadata.swarmId());
        }
        this.files = files;
        this.metadata = metadata;
        this.options = options;
        this.opener = opener;
    }

    Opened open() throws LocalContentException {
        if (files.target().getFileName() == null) {
            throw new LocalContentException(files.target() + " is a folder: name a file", null);
        }
        if (!Files.isDirectory(files.folder())) {
            throw new LocalContentException("the folder " + files.folder() + " does not exist: create it first", null);
        }
        if (ContentFiles.exists(files.target())) {
            Opened seed = existing();
            if (seed != null) {
                return seed;
            }
        }
        try {
            return download();
        } catch (IOException e) {
            throw LocalContentException.of("cannot write", files.part(), e);
        }
    }

    /** Opens the file that has the name of the content, or makes way for the content and returns null. */
    private @Nullable Opened existing() throws LocalContentException {
        Path target = files.target();
        boolean dangling = !Files.exists(target);
        if (!dangling) {
            CompleteFile.checkReadable(target);
            try {
                Opened seed = seed();
                if (seed != null) {
                    return seed;
                }
            } catch (IOException e) {
                throw LocalContentException.of("cannot read", target, e);
            }
        }
        if (options.existing() == ExistingFile.KEEP) {
            throw new LocalContentException(
                    target + " exists and is not the content of this swarm: move it away or choose another name", null);
        }
        if (options.existing() == ExistingFile.MOVE_ASIDE) {
            try {
                notices.add(target + " is not the content of this swarm and is now "
                        + ContentFiles.moveAside(target).getFileName());
            } catch (IOException e) {
                throw LocalContentException.of("cannot move away", target, e);
            }
        }
        return null;
    }

    /** The content from a complete file, or null if that file is something else. */
    private @Nullable Opened seed() throws IOException {
        Path target = files.target();
        long length = Files.size(target);
        Long expected = metadata.contentLengthBytes();
        if (length == 0 || (expected != null && expected != length)) {
            // Still to be opened: a file we may not read must not be moved about.
            opener.open(target, StandardOpenOption.READ).close();
            return null;
        }
        Opened known = seedByHashFile(length);
        if (known != null) {
            return known;
        }
        HashSettings settings = new HashSettings(
                metadata.hashFunction(), metadata.chunkSizeBytes(), options.threads(), options.progress());
        CompleteFile.Hashed hashed =
                new CompleteFile(files, opener).hash(settings, root -> root.equals(metadata.swarmId()));
        if (!hashed.root().equals(metadata.swarmId())) {
            return null;
        }
        if (hashed.hashesProblem() != null) {
            notices.add("no " + files.hashes() + ", so the next start hashes again: " + hashed.hashesProblem());
        }
        return seeding(hashed.lengthBytes(), hashed.hashes(), hashed.upper());
    }

    /** The content as its hash file describes it, or null where that is missing, stale or damaged. */
    private @Nullable Opened seedByHashFile(long length) throws IOException {
        ContentStore store = openHashes(StandardOpenOption.READ);
        if (store == null) {
            return null;
        }
        HashFile hashes = new HashFile(store, metadata.hashFunction().length());
        boolean used = false;
        try {
            HashFile.Header header = HashFile.readHeader(store);
            if (header != null
                    && header.describes(metadata)
                    && header.contentLengthBytes() == length
                    && header.modifiedNanos() == ContentFiles.modifiedNanos(files.target())) {
                ContentLayout layout = new ContentLayout(metadata.chunkSizeBytes(), length);
                UpperHashes upper = hashes.readUpper(layout.chunkCount());
                BinHashes first = hashes.readBlock(0);
                TreeCheck check = check(layout.chunkCount(), upper);
                if (check.complete() && first != null && check.verifiedLeaves(first) == layout.wordOf(0)) {
                    used = true;
                    return seeding(length, hashes, check.verified());
                }
            }
            return null;
        } finally {
            if (!used) {
                hashes.close();
            }
        }
    }

    private Opened seeding(long length, @Nullable HashFile hashes, UpperHashes upper) throws IOException {
        removeLeftoverLink();
        metadata = metadata.withContentLength(length);
        ChunkMap all = ChunkMap.full(new ContentLayout(metadata.chunkSizeBytes(), length).chunkCount());
        ContentStore store = opener.open(files.target(), StandardOpenOption.READ);
        LocalContent content = new LocalContent(
                new LocalContent.Parts(files, store, hashes, metadata, all.copy(), true), options, opener);
        return new Opened(content, metadata, all, upper, withLastBin(content, all, List.of()), List.copyOf(notices));
    }

    /**
     * Adds the hashes of the last request bin where it is here and shorter than the others: it has the peaks below the request
     * bins, which every new peer is sent that does not know the length.
     */
    private List<BinHashes> withLastBin(LocalContent content, ChunkMap have, List<BinHashes> partial)
            throws IOException {
        Long length = metadata.contentLengthBytes();
        long chunkCount = length == null ? 0 : new ContentLayout(metadata.chunkSizeBytes(), length).chunkCount();
        long first = chunkCount - chunkCount % BinHashes.CHUNKS;
        if (length == null || first == chunkCount || !have.containsAll(first, chunkCount - 1)) {
            return partial;
        }
        BinHashes last =
                content.hashBin(new ContentLayout(metadata.chunkSizeBytes(), length), first / BinHashes.CHUNKS);
        List<BinHashes> blocks = new ArrayList<>(partial);
        blocks.removeIf(block -> block.index() == last.index());
        blocks.add(last);
        return blocks;
    }

    /** A process that died between the two steps of publishing leaves one file under both names. */
    private void removeLeftoverLink() throws IOException {
        if (ContentFiles.exists(files.part()) && Files.isSameFile(files.part(), files.target())) {
            Files.delete(files.part());
            Files.deleteIfExists(files.state());
        }
    }

    private Opened download() throws IOException {
        ContentStore store = openPart();
        boolean opened = false;
        HashFile hashes = null;
        try {
            StateFile state = null;
            if (store.size() > 0) {
                state = readState();
                if (!isOurs(state)) {
                    store.close();
                    moveDownloadAside();
                    store = openPart();
                    state = null;
                }
            }
            Long length = metadata.contentLengthBytes();
            if (length == null && state != null && state.header().contentLengthBytes() > 0) {
                metadata = metadata.withContentLength(state.header().contentLengthBytes());
            }
            hashes = openHashFile();
            Opened result = resume(store, hashes, state);
            opened = true;
            return result;
        } finally {
            if (!opened) {
                store.close();
                if (hashes != null) {
                    hashes.close();
                }
            }
        }
    }

    private Opened resume(ContentStore store, @Nullable HashFile hashes, @Nullable StateFile state) throws IOException {
        ChunkMap claimed = state == null ? new ChunkMap() : state.have();
        ResumeScan scan = new ResumeScan(store, hashes, metadata, options);
        ChunkMap have = scan.run(claimed, state != null && stoppedCleanly(store, state));
        LocalContent content = new LocalContent(
                new LocalContent.Parts(files, store, hashes, metadata, have.copy(), false), options, opener);
        // From now on the last stop no longer is a clean one.
        content.checkpoint();
        if (content.complete()) {
            content.publish();
        } else {
            warnOfSpace(content);
        }
        return new Opened(
                content,
                metadata,
                have,
                scan.upper(),
                withLastBin(content, have, scan.partial()),
                List.copyOf(notices));
    }

    private boolean stoppedCleanly(ContentStore store, StateFile state) throws IOException {
        Long length = metadata.contentLengthBytes();
        long known = state.header().contentLengthBytes();
        return state.clean()
                && (known < 0 || (length != null && length == known))
                && store.size() == state.partLengthBytes()
                && ContentFiles.modifiedNanos(files.part()) == state.header().modifiedNanos();
    }

    /** Opens and locks the incomplete file, which is made where there is none. */
    private ContentStore openPart() throws IOException {
        Path part = files.part();
        if (ContentFiles.exists(part) && !Files.isRegularFile(part, LinkOption.NOFOLLOW_LINKS)) {
            throw new LocalContentException(part + " is in the way and not a regular file: move it away", null);
        }
        ContentStore store = opener.open(
                part,
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS);
        boolean locked = false;
        try {
            // The second look: another process may have published the file between our opening and locking it.
            locked = lock(store) && ContentFiles.exists(part);
            if (!locked) {
                throw new LocalContentException(
                        part + " is used by another process: stop that one or choose another name", null);
            }
            return store;
        } finally {
            if (!locked) {
                store.close();
            }
        }
    }

    private boolean lock(ContentStore store) {
        try {
            return store.lock();
        } catch (IOException e) {
            notices.add("nothing keeps other processes from " + files.part() + ", this file system has no locks: "
                    + LocalContentException.reason(e));
            return true;
        }
    }

    /** The state of the last run, or null where it is absent or damaged. */
    private @Nullable StateFile readState() throws IOException {
        if (!Files.isRegularFile(files.state(), LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        try (ContentStore store = opener.open(files.state(), StandardOpenOption.READ)) {
            return StateFile.readFrom(store);
        }
    }

    /** Whether the incomplete file is of this swarm, by its state file or, where that is damaged, its hash file. */
    private boolean isOurs(@Nullable StateFile state) throws IOException {
        if (state != null) {
            return state.describes(metadata);
        }
        ContentStore store = openHashes(StandardOpenOption.READ);
        if (store == null) {
            return false;
        }
        try (store) {
            HashFile.Header header = HashFile.readHeader(store);
            return header != null && header.describes(metadata);
        }
    }

    private void moveDownloadAside() throws IOException {
        Path aside = ContentFiles.moveAside(files.part());
        notices.add(files.part() + " is of another swarm and is now " + aside.getFileName());
        for (Path companion : List.of(files.state(), files.hashes())) {
            if (ContentFiles.exists(companion)) {
                String suffix = companion.equals(files.state()) ? ".state" : ".hashes";
                Files.move(companion, aside.resolveSibling(aside.getFileName() + suffix));
            }
        }
    }

    /** Opens the hash file for reading and writing, or returns null, with a notice, where there cannot be one. */
    private @Nullable HashFile openHashFile() {
        ContentStore store = null;
        try {
            store = openHashes(
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS);
            if (store == null || !HashFile.isOurs(store)) {
                throw new IOException("the name is taken by something else");
            }
            HashFile.Header header = HashFile.readHeader(store);
            if (header != null && !header.describes(metadata)) {
                store.close();
                // Whoever seeds the old content with the old hash file keeps it: this makes a new one.
                Files.delete(files.hashes());
                store = opener.open(
                        files.hashes(),
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
            }
            // Under a damaged header the hashes may be good, and are not believed unchecked anyway.
            HashFile hashes = new HashFile(store, metadata.hashFunction().length());
            hashes.writeHeader(HashFile.Header.incomplete(metadata));
            return hashes;
        } catch (IOException e) {
            notices.add("no " + files.hashes() + ", so a download that is killed starts anew: "
                    + LocalContentException.reason(e));
            closeQuietly(store);
            return null;
        }
    }

    private @Nullable ContentStore openHashes(OpenOption... how) throws IOException {
        Path path = files.hashes();
        boolean regular = Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
        boolean create = Arrays.asList(how).contains(StandardOpenOption.CREATE) && !ContentFiles.exists(path);
        return regular || create ? opener.open(path, how) : null;
    }

    private TreeCheck check(long chunkCount, UpperHashes upper) {
        return new TreeCheck(
                new NodeHasher(metadata.hashFunction()), metadata.swarmId().toBytes(), chunkCount, upper);
    }

    private void warnOfSpace(LocalContent content) {
        Long length = metadata.contentLengthBytes();
        if (length == null) {
            return;
        }
        long chunks = new ContentLayout(metadata.chunkSizeBytes(), length).chunkCount();
        long needed = length
                - content.storedBytes()
                + 2 * chunks * metadata.hashFunction().length();
        try {
            long free = Files.getFileStore(files.folder()).getUsableSpace();
            if (free < needed) {
                notices.add("the download needs " + mebibytes(needed) + " more, and " + files.folder() + " has "
                        + mebibytes(free) + ": it waits when that is full");
            }
        } catch (IOException e) {
            // Not knowing is no reason to stop: a disk that gets full is dealt with when it is.
            return;
        }
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", bytes / (double) (1 << 20));
    }

    private static void closeQuietly(@Nullable ContentStore store) {
        try {
            if (store != null) {
                store.close();
            }
        } catch (IOException e) {
            // Nothing was written to it, so nothing is lost, and the caller reports the first failure.
            return;
        }
    }
}
