package org.ppspp.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import org.ppspp.integrity.HashFunction;
import org.ppspp.wire.NtpTime;
import org.ppspp.wire.SwarmId;

/**
 * How far this user has seen a live stream, in a file named after the stream: so that a viewer that starts again takes nothing
 * older for new, whatever the clock says (rule R27). Several viewers of one stream may use it at once. Belongs to one thread at a time.
 */
public final class StreamMemory implements AutoCloseable {
    private static final String SUFFIX = ".seen";

    private final Path file;
    private final FileChannel channel;
    private StreamMark last;

    private StreamMemory(Path file, FileChannel channel, StreamMark last) {
        this.file = file;
        this.channel = channel;
        this.last = last;
    }

    /**
     * Opens what is remembered of a stream. Folder and file are made if they are not there; a file that was not written to its end, as the
     * power failed, remembers nothing.
     *
     * @throws LocalContentException if the file cannot be used
     */
    public static StreamMemory open(Path folder, SwarmId swarm) throws LocalContentException {
        Path file = folder.resolve(name(swarm));
        try {
            if (!Files.isDirectory(folder)) {
                Files.createDirectories(folder, ownersOnly());
            }
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                StreamMark mark = StreamMark.read(channel);
                if (mark == null) {
                    channel.truncate(0);
                }
                return new StreamMemory(file, channel, mark == null ? StreamMark.NONE : mark);
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw LocalContentException.of("cannot use", file, e);
        }
    }

    /** Names of streams can be longer than those of files. */
    private static String name(SwarmId swarm) {
        return HexFormat.of().formatHex(HashFunction.SHA256.newDigest().digest(swarm.toBytes())) + SUFFIX;
    }

    /** What somebody watches is nobody else's business. */
    private static FileAttribute<?>[] ownersOnly() {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
    }

    public Path file() {
        return file;
    }

    /** The latest time that a signature of this stream had, 64-bit NTP time, or {@link NtpTime#UNKNOWN}. */
    public long lastTime() {
        return last.ntpTime();
    }

    /** Notes the newest signature, unless a later one is noted, be it by another viewer. */
    public void advance(long chunk, long ntpTime) throws IOException {
        if (ntpTime == NtpTime.UNKNOWN || !later(ntpTime, last)) {
            return;
        }
        StreamMark others = StreamMark.read(channel);
        if (others == null || later(ntpTime, others)) {
            last = new StreamMark(chunk, ntpTime);
            last.write(channel);
        } else {
            last = others;
        }
    }

    private static boolean later(long ntpTime, StreamMark mark) {
        return mark.ntpTime() == NtpTime.UNKNOWN || NtpTime.compare(ntpTime, mark.ntpTime()) > 0;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // Nothing is kept back.
            return;
        }
    }
}
