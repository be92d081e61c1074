package org.ppspp.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ContentLayout;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.UpperHashes;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.SwarmId;

/** Hashes a file that is all there, and keeps its hash tree beside it. */
public final class CompleteFile {
    private final ContentFiles files;
    private final ContentStore.Opener opener;

    /**
     * What hashing has found.
     *
     * @param hashes the hash file, open, or null where none was wanted or could be written
     * @param hashesProblem why there is no hash file, or null
     */
    record Hashed(
            SwarmId root,
            long lengthBytes,
            UpperHashes upper,
            @Nullable HashFile hashes,
            @Nullable String hashesProblem) {}

    public CompleteFile(Path path) {
        this(new ContentFiles(path), FileStore::open);
    }

    CompleteFile(ContentFiles files, ContentStore.Opener opener) {
        this.files = files;
        this.opener = opener;
    }

    /** Hashes the file and describes its swarm. */
    public SwarmMetadata describe(HashSettings settings) throws LocalContentException {
        Hashed hashed = hash(settings, null);
        return SwarmMetadata.ofRootHash(hashed.root(), settings.chunkSizeBytes(), hashed.lengthBytes());
    }

    /** Hashes the file, writes {@code NAME.hashes} beside it so that it is seeded at once, and describes its swarm. */
    public SwarmMetadata index(HashSettings settings) throws LocalContentException {
        Hashed hashed = hash(settings, root -> true);
        HashFile hashes = hashed.hashes();
        if (hashes == null) {
            throw new LocalContentException("cannot write " + files.hashes() + ": " + hashed.hashesProblem(), null);
        }
        try {
            hashes.close();
        } catch (IOException e) {
            throw LocalContentException.of("cannot write", files.hashes(), e);
        }
        return SwarmMetadata.ofRootHash(hashed.root(), settings.chunkSizeBytes(), hashed.lengthBytes());
    }

    /** Where the hash file of this file is. */
    public Path hashFile() {
        return files.hashes();
    }

    /**
     * Hashes the file and saves its tree if {@code saveIf} likes the root hash; without a place for the hash file it goes
     * without.
     */
    Hashed hash(HashSettings settings, @Nullable Predicate<SwarmId> saveIf) throws LocalContentException {
        Path path = files.target();
        checkReadable(path);
        try (ContentStore store = opener.open(path, StandardOpenOption.READ)) {
            long length = store.size();
            if (length == 0) {
                throw new LocalContentException(path + " is empty: there is nothing to share", null);
            }
            ContentLayout layout = new ContentLayout(settings.chunkSizeBytes(), length);
            if (layout.chunkCount() > ChunkAddressing.CHUNK_RANGES_32.maxChunks()) {
                throw new LocalContentException(
                        path + " is too long for chunks of " + layout.chunkSizeBytes() + " bytes: choose a larger size",
                        null);
            }
            return hash(store, layout, settings, saveIf);
        } catch (IOException e) {
            throw LocalContentException.of("cannot read", path, e);
        }
    }

    private Hashed hash(
            ContentStore store, ContentLayout layout, HashSettings settings, @Nullable Predicate<SwarmId> saveIf)
            throws IOException {
        NewHashFile saving = null;
        String problem = null;
        if (saveIf != null) {
            try {
                saving = NewHashFile.create(files, opener, settings.function().length());
            } catch (IOException e) {
                problem = LocalContentException.reason(e);
            }
        }
        try {
            long modified = ContentFiles.modifiedNanos(files.target());
            FileHasher.Tree tree = new FileHasher(store, settings.function(), layout)
                    .hash(settings.threads(), settings.progress(), saving == null ? null : saving.file());
            if (store.size() != layout.lengthBytes() || ContentFiles.modifiedNanos(files.target()) != modified) {
                throw new LocalContentException(files.target() + " changed while it was hashed: try again", null);
            }
            SwarmId root = SwarmId.of(tree.root());
            if (tree.targetFailure() != null) {
                problem = LocalContentException.reason(tree.targetFailure());
            }
            HashFile hashes = null;
            if (saving != null && problem == null && saveIf != null && saveIf.test(root)) {
                try {
                    hashes = saving.publish(new HashFile.Header(
                            settings.function(), layout.chunkSizeBytes(), root, layout.lengthBytes(), modified));
                    saving = null;
                } catch (IOException e) {
                    problem = LocalContentException.reason(e);
                }
            }
            return new Hashed(root, layout.lengthBytes(), tree.upper(), hashes, problem);
        } finally {
            if (saving != null) {
                saving.discard();
            }
        }
    }

    /** Throws where {@code path} is nothing that can be read as a file. */
    static void checkReadable(Path path) throws LocalContentException {
        if (Files.isDirectory(path)) {
            throw new LocalContentException(path + " is a folder: name a file", null);
        }
        if (!Files.exists(path)) {
            boolean dangling = Files.exists(path, LinkOption.NOFOLLOW_LINKS);
            throw new LocalContentException(
                    path + (dangling ? " is a link to nowhere" : " does not exist: check the name"), null);
        }
        if (!Files.isRegularFile(path)) {
            throw new LocalContentException(path + " is not a regular file: name another one", null);
        }
    }
}
