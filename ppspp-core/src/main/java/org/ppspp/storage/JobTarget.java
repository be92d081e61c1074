package org.ppspp.storage;

import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.ppspp.engine.StorageJob;
import org.ppspp.engine.StorageResult;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.NodeHasher;

/** What the storage jobs of one swarm are done on. Any thread may call anything here. */
interface JobTarget {
    SwarmMetadata metadata();

    /** Where the chunks are, for messages. */
    String place();

    /** Stores chunks; {@code gather} is scratch space for several of them. */
    void write(StorageJob.Write job, ByteBuffer gather) throws IOException;

    /** Reads chunks into a buffer of {@code allocator}; {@code hasher} is of the swarm's hash function. */
    StorageResult.Content read(StorageJob.Read job, NodeHasher hasher, ByteBufAllocator allocator) throws IOException;

    void save(StorageJob.Save job) throws IOException;

    StorageResult prove(StorageJob.Prove job) throws IOException;

    /** Reads what is stored at {@code position} of the content: nothing if it is missing after all. */
    byte[] readStored(long position, int maxBytes) throws IOException;

    /** Makes what was written survive the end of the process, where that is due. */
    void checkpointIfDue();
}
