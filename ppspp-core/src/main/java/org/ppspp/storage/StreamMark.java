package org.ppspp.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.ppspp.wire.NtpTime;

/**
 * A place in a live stream, as one line of a file: a chunk and the time of its signature. The line is of one length, so that a new one
 * takes the place of the old. It is not forced to the disk.
 *
 * @param chunk the last chunk that is signed, or -1
 * @param ntpTime 64-bit NTP time, {@link NtpTime#UNKNOWN} if there is none
 */
record StreamMark(long chunk, long ntpTime) {
    static final StreamMark NONE = new StreamMark(-1, NtpTime.UNKNOWN);

    private static final Pattern LINE = Pattern.compile("([0-9]{19}) ([0-9a-f]{16})\n");
    private static final int LINE_BYTES = 37;

    /** What the file says: {@link #NONE} if it is empty, null if something else is in it. */
    static @Nullable StreamMark read(FileChannel file) throws IOException {
        if (file.size() == 0) {
            return NONE;
        }
        ByteBuffer bytes = ByteBuffer.allocate(LINE_BYTES + 1);
        int read = 1;
        while (bytes.hasRemaining() && read > 0) {
            read = file.read(bytes, bytes.position());
        }
        Matcher line = LINE.matcher(new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1));
        return line.matches()
                ? new StreamMark(Long.parseLong(line.group(1)), Long.parseUnsignedLong(line.group(2), 16))
                : null;
    }

    void write(FileChannel file) throws IOException {
        ByteBuffer line = ByteBuffer.wrap(
                String.format(Locale.ROOT, "%019d %016x\n", chunk, ntpTime).getBytes(StandardCharsets.US_ASCII));
        while (line.hasRemaining()) {
            file.write(line, line.position());
        }
    }
}
