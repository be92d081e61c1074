package org.ppspp.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ChunkCells;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.chunk.ContentLayout;
import org.ppspp.engine.StorageJob;
import org.ppspp.engine.StorageResult;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.BinHasher;
import org.ppspp.integrity.BinHashes;
import org.ppspp.integrity.NodeHash;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of one swarm of static content: {@code NAME.part} while it is incomplete, {@code NAME} once it is published, and
 * its hash file.
 *
 * <p>What is marked as stored was written before, and what the state file claims was forced to the disk before: a process
 * that is killed loses no chunk whose hashes were saved, a power cut at most the last {@link #CHECKPOINT_NANOS} or
 * {@link #CHECKPOINT_BYTES}. Any thread may call anything here; {@link #close} comes last.
 */
public final class LocalContent implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalContent.class);

    /** A checkpoint is due when anything is this old. */
    static final long CHECKPOINT_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** A checkpoint is due when this much was written. */
    static final long CHECKPOINT_BYTES = 16 << 20;

    /** Beyond 16 GiB the state itself grows: never write more than an eighth of the content's bytes for it. */
    private static final int CHECKPOINT_STATE_RATIO = 8;

    /** How often a name that gets taken at the last moment is tried again. */
    private static final int PUBLISH_ATTEMPTS = 3;

    /** What {@link ContentOpening} has opened; a null hash file means there is none. */
    record Parts(
            ContentFiles files,
            ContentStore store,
            @Nullable HashFile hashes,
            SwarmMetadata metadata,
            ChunkMap stored,
            boolean published) {}

    private final ContentFiles files;
    private final ContentStore store;
    private final @Nullable HashFile hashes;
    private final SwarmMetadata metadata;
    private final ContentOptions options;
    private final ContentStore.Opener opener;
    private final ReentrantLock checkpointing = new ReentrantLock();
    private final ChunkMap stored;
    private long lengthBytes;
    private boolean published;
    private boolean closed;
    private boolean dirty;
    private long dirtyBytes;
    private long checkpointedAt;
    private boolean checkpointFailing;
    private boolean lengthUnsaved;
    private volatile Runnable whenStored = () -> {};

    LocalContent(Parts parts, ContentOptions options, ContentStore.Opener opener) {
        this.files = parts.files();
        this.store = parts.store();
        this.hashes = parts.hashes();
        this.metadata = parts.metadata();
        this.stored = parts.stored();
        this.published = parts.published();
        this.options = options;
        this.opener = opener;
        Long length = metadata.contentLengthBytes();
        this.lengthBytes = length == null ? -1 : length;
        this.checkpointedAt = System.nanoTime();
    }

    /**
     * Opens content under the name the user gave: a complete file that matches is seeded, a started download is resumed,
     * anything else begins anew. May hash whatever lies there, which takes about a second per GiB.
     *
     * @throws LocalContentException if the name cannot be used; nothing of the user's is lost then
     */
    public static Opened open(Path target, SwarmMetadata metadata, ContentOptions options)
            throws LocalContentException {
        return open(target, metadata, options, FileStore::open);
    }

    static Opened open(Path target, SwarmMetadata metadata, ContentOptions options, ContentStore.Opener opener)
            throws LocalContentException {
        return new ContentOpening(new ContentFiles(target), metadata, options, opener).open();
    }

    /** Where the content can be found at the moment. */
    public synchronized Path path() {
        return published ? files.target() : files.part();
    }

    /** Whether the content is complete and has its final name. */
    public synchronized boolean published() {
        return published;
    }

    /** Sets the length, once it is proven, and has it saved soon: without it a killed download would start anew. */
    public void lengthKnown(long provenLengthBytes) {
        if (provenLengthBytes <= 0) {
            throw new IllegalArgumentException("the content length must be positive, not " + provenLengthBytes);
        }
        synchronized (this) {
            lengthUnsaved |= lengthBytes != provenLengthBytes;
            lengthBytes = provenLengthBytes;
            dirty = true;
        }
        whenStored.run();
    }

    /** The proven length, or -1. */
    public synchronized long lengthBytes() {
        return lengthBytes;
    }

    /** Verified content on disk, in bytes. */
    public synchronized long storedBytes() {
        long bytes = stored.cardinality() * metadata.chunkSizeBytes();
        if (lengthBytes > 0) {
            ContentLayout layout = new ContentLayout(metadata.chunkSizeBytes(), lengthBytes);
            long last = layout.chunkCount() - 1;
            bytes -= stored.get(last) ? metadata.chunkSizeBytes() - layout.size(last) : 0;
        }
        return bytes;
    }

    /** Whether every chunk of content of a known length is stored. */
    public synchronized boolean complete() {
        return lengthBytes > 0
                && stored.containsAll(0, new ContentLayout(metadata.chunkSizeBytes(), lengthBytes).chunkCount() - 1);
    }

    /** Has {@code action} done whenever more is stored, or the length is proven: on the thread that did it, and briefly. */
    public void onStored(Runnable action) {
        whenStored = action;
    }

    /**
     * How many bytes from {@code position} on are stored without a gap, at most {@code maxBytes}. None at the end, and none
     * while the length is not proven.
     */
    public synchronized int storedFrom(long position, int maxBytes) {
        if (lengthBytes < 0 || position >= lengthBytes) {
            return 0;
        }
        long missing = stored.nextClear(position / metadata.chunkSizeBytes());
        long end = Math.min(missing * metadata.chunkSizeBytes(), lengthBytes);
        return (int) Math.max(0, Math.min(end - position, maxBytes));
    }

    /** Which parts are stored, as {@link ChunkCells} has it; none while the length is not proven. */
    public synchronized byte[] coverage(int maxCells) {
        return lengthBytes < 0
                ? new byte[0]
                : ChunkCells.of(
                        stored, 0, new ContentLayout(metadata.chunkSizeBytes(), lengthBytes).chunkCount(), maxCells);
    }

    /** Reads what is {@link #storedFrom} a place. */
    byte[] readStored(long position, int maxBytes) throws IOException {
        byte[] bytes = new byte[storedFrom(position, maxBytes)];
        int read = store.readFully(ByteBuffer.wrap(bytes), position);
        if (read < bytes.length) {
            throw new IOException(path() + " ends at " + (position + read) + " although more was stored");
        }
        return bytes;
    }

    /**
     * Reads content at an offset, whether or not it was verified, and returns how many bytes, or -1 behind the end. For those
     * who know from the engine which chunks are there.
     */
    public int read(ByteBuffer target, long position) throws IOException {
        return store.read(target, position);
    }

    SwarmMetadata metadata() {
        return metadata;
    }

    boolean verifyOnRead() {
        return options.verifyOnRead();
    }

    ContentStore store() {
        return store;
    }

    /** The chunks that request bin {@code index} can have, a bit each. */
    synchronized long chunksOf(long index) {
        return lengthBytes < 0 ? -1 : new ContentLayout(metadata.chunkSizeBytes(), lengthBytes).wordOf(index);
    }

    /** Bytes from the start of request bin {@code index} to the end of the last of {@code chunks}. */
    synchronized int bytesOf(long index, long chunks) {
        int end = (Long.SIZE - Long.numberOfLeadingZeros(chunks)) * metadata.chunkSizeBytes();
        long start = index * BinHashes.CHUNKS * metadata.chunkSizeBytes();
        return lengthBytes < 0 ? end : (int) Math.max(0, Math.min(end, lengthBytes - start));
    }

    /** Whether all of request bin {@code index} is stored, which takes a known length. */
    synchronized boolean binStored(long index) {
        long all = chunksOf(index);
        return lengthBytes > 0 && all != 0 && (stored.word(index) & all) == all;
    }

    /** The stored hashes of a request bin, or null where there are none. */
    @Nullable
    BinHashes readBlock(long index) throws IOException {
        return hashes == null ? null : hashes.readBlock(index);
    }

    /**
     * Writes chunks in ascending order; {@code gather} is scratch space for at least one of them. Only those that are
     * {@code verified} count as stored.
     */
    void write(List<StorageJob.ReceivedChunk> chunks, boolean verified, ByteBuffer gather) throws IOException {
        synchronized (this) {
            if (published) {
                throw new IOException(files.target() + " is complete and is not written to any more");
            }
        }
        long written = new ChunkWriter(store, metadata.chunkSizeBytes(), gather).write(chunks);
        if (!verified) {
            return;
        }
        synchronized (this) {
            for (StorageJob.ReceivedChunk chunk : chunks) {
                stored.set(chunk.number());
            }
            dirty = true;
            dirtyBytes += written;
        }
        whenStored.run();
    }

    /** Hashes all of the content, and takes it for stored if it matches the swarm ID. */
    StorageResult prove(StorageJob.Prove job) throws IOException {
        ContentLayout layout = new ContentLayout(metadata.chunkSizeBytes(), lengthBytes());
        FileHasher hasher = new FileHasher(store, metadata.hashFunction(), layout);
        FileHasher.Tree tree = hasher.hash(1, Progress.NONE, null);
        if (!Arrays.equals(tree.root(), metadata.swarmId().toBytes())) {
            return new StorageResult.Refuted(job);
        }
        if (hashes != null) {
            // Only now: wrong hashes must not take the place of verified ones.
            hasher.hash(1, Progress.NONE, hashes);
        }
        synchronized (this) {
            stored.set(0, layout.chunkCount() - 1);
            dirty = true;
        }
        whenStored.run();
        return new StorageResult.Proved(job, tree.upper(), hashBin(layout, BinHashes.count(layout.chunkCount()) - 1));
    }

    /** The hashes of a request bin all of which is here, from its content. */
    BinHashes hashBin(ContentLayout layout, long index) throws IOException {
        long start = layout.offset(index * BinHashes.CHUNKS);
        long end = Math.min(layout.offset((index + 1) * BinHashes.CHUNKS), layout.lengthBytes());
        ByteBuffer bytes = ByteBuffer.allocate((int) (end - start));
        if (store.readFully(bytes, start) < bytes.capacity()) {
            throw new IOException("it has become shorter");
        }
        return new BinHasher(metadata.hashFunction(), metadata.chunkSizeBytes()).hash(index, bytes.flip());
    }

    /** Forgets chunks that could not be read back or are damaged: bits of request bin {@code index}. */
    synchronized void lost(long index, long chunks) {
        for (long left = chunks; left != 0; left &= left - 1) {
            long chunk = index * BinHashes.CHUNKS + Long.numberOfTrailingZeros(left);
            stored.clear(chunk);
        }
        dirty = true;
    }

    void save(StorageJob.Save job) throws IOException {
        if (hashes == null) {
            return;
        }
        for (BinHashes block : job.blocks()) {
            hashes.writeBlock(block);
        }
        for (NodeHash node : job.upper()) {
            hashes.writeNode(node);
        }
    }

    /** Whether a checkpoint is due at {@code now}, in the time of {@link System#nanoTime}. */
    synchronized boolean checkpointDue(long now) {
        if (!dirty || published || closed) {
            return false;
        }
        long stateBytes = stored.end() / Byte.SIZE;
        return lengthUnsaved
                || dirtyBytes >= Math.max(CHECKPOINT_BYTES, stateBytes * CHECKPOINT_STATE_RATIO)
                || now - checkpointedAt >= CHECKPOINT_NANOS;
    }

    /** Notes that a checkpoint failed; true if the one before did not. */
    synchronized boolean checkpointFailed() {
        boolean news = !checkpointFailing;
        checkpointFailing = true;
        return news;
    }

    /** Makes what is stored now survive a power cut. Returns at once if another thread is just about it. */
    void checkpoint() throws IOException {
        if (!checkpointing.tryLock()) {
            return;
        }
        try {
            StateFile state;
            long covered;
            synchronized (this) {
                if (published || closed) {
                    return;
                }
                state = state(-1, -1);
                covered = dirtyBytes;
                dirty = false;
                lengthUnsaved = false;
                checkpointedAt = System.nanoTime();
            }
            boolean done = false;
            try {
                store.force();
                if (hashes != null) {
                    hashes.force();
                }
                writeState(state);
                done = true;
            } finally {
                synchronized (this) {
                    dirtyBytes -= covered;
                    dirty |= !done;
                    checkpointFailing &= !done;
                }
            }
        } finally {
            checkpointing.unlock();
        }
    }

    /**
     * Gives the complete content its final name. Does nothing where it has that already.
     *
     * @throws LocalContentException if that fails; the content stays in {@code NAME.part} and can be published again
     */
    public void publish() throws LocalContentException {
        checkpointing.lock();
        try {
            if (published()) {
                return;
            }
            if (!complete()) {
                throw new IllegalStateException(files.target() + " is not complete");
            }
            if (store.size() > lengthBytes()) {
                store.truncate(lengthBytes());
            }
            store.force();
            rename();
            synchronized (this) {
                published = true;
            }
            store.unlock();
            ContentFiles.forceFolder(files.folder());
            Files.deleteIfExists(files.state());
        } catch (IOException e) {
            throw LocalContentException.of("cannot complete", files.target(), e);
        } finally {
            checkpointing.unlock();
        }
        sealHashes();
    }

    /** Stops cleanly: what is stored is trusted at the next start. To be called when no job uses this content any more. */
    @Override
    public void close() throws LocalContentException {
        checkpointing.lock();
        try {
            synchronized (this) {
                if (closed) {
                    return;
                }
                closed = true;
            }
            try (store;
                    HashFile toClose = hashes) {
                if (!published()) {
                    stop(toClose);
                }
            }
        } catch (IOException e) {
            throw LocalContentException.of("cannot save the state of", files.part(), e);
        } finally {
            checkpointing.unlock();
        }
    }

    private void stop(@Nullable HashFile toForce) throws IOException {
        boolean nothing;
        synchronized (this) {
            nothing = stored.cardinality() == 0;
        }
        if (nothing && store.size() == 0) {
            Files.deleteIfExists(files.part());
            Files.deleteIfExists(files.state());
            if (toForce != null && toForce.isEmpty()) {
                Files.deleteIfExists(files.hashes());
            }
            return;
        }
        store.force();
        if (toForce != null) {
            toForce.force();
        }
        StateFile state;
        synchronized (this) {
            state = state(store.size(), ContentFiles.modifiedNanos(files.part()));
        }
        writeState(state);
    }

    private StateFile state(long partLengthBytes, long modifiedNanos) {
        HashFile.Header header = new HashFile.Header(
                metadata.hashFunction(), metadata.chunkSizeBytes(), metadata.swarmId(), lengthBytes, modifiedNanos);
        return new StateFile(header, partLengthBytes, stored.copy());
    }

    private void writeState(StateFile state) throws IOException {
        Path temporary = files.sibling(".part.state.tmp-"
                + Long.toHexString(ThreadLocalRandom.current().nextLong()));
        try {
            try (ContentStore target =
                    opener.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                state.writeTo(target);
                target.force();
            }
            Files.move(temporary, files.state(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
        ContentFiles.forceFolder(files.folder());
    }

    /** Renames without ever replacing what the user has not allowed to be replaced. */
    private void rename() throws IOException {
        if (options.existing() == ExistingFile.OVERWRITE) {
            Files.move(files.part(), files.target(), StandardCopyOption.ATOMIC_MOVE);
            return;
        }
        for (int attempt = 1; ; attempt++) {
            try {
                link();
                return;
            } catch (FileAlreadyExistsException e) {
                if (ContentFiles.exists(files.part()) && Files.isSameFile(files.part(), files.target())) {
                    Files.delete(files.part());
                    return;
                }
                if (options.existing() == ExistingFile.KEEP || attempt == PUBLISH_ATTEMPTS) {
                    throw new LocalContentException(
                            files.target() + " appeared meanwhile and is kept; the content is in " + files.part(), e);
                }
                ContentFiles.moveAside(files.target());
            }
        }
    }

    /** A link refuses a name that is taken, where a rename would replace it. Not every file system has links. */
    private void link() throws IOException {
        try {
            Files.createLink(files.target(), files.part());
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (UnsupportedOperationException | FileSystemException e) {
            Files.move(files.part(), files.target());
            return;
        }
        Files.delete(files.part());
    }

    /** Marks the hash file as that of a complete file. Failing costs hashing at the next start, nothing else. */
    private void sealHashes() {
        if (hashes == null) {
            return;
        }
        try {
            long modified = ContentFiles.modifiedNanos(files.target());
            hashes.writeHeader(new HashFile.Header(
                    metadata.hashFunction(), metadata.chunkSizeBytes(), metadata.swarmId(), lengthBytes(), modified));
            hashes.force();
        } catch (IOException e) {
            LOG.warn(
                    "{} could not be completed, the next start hashes the content again: {}",
                    files.hashes(),
                    LocalContentException.reason(e));
        }
    }
}
