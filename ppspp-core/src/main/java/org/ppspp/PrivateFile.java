package org.ppspp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** New files with a secret in them. */
public final class PrivateFile {
    private PrivateFile() {}

    /**
     * Makes a file of ASCII text that at no time anybody but its owner can open: all of it, on the disk, or there is no file.
     *
     * @throws java.nio.file.FileAlreadyExistsException if there is one, which stays as it is
     */
    public static void make(Path file, String text) throws IOException {
        Files.createFile(file, ownersOnly(file));
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        try (SeekableByteChannel out = Files.newByteChannel(file, StandardOpenOption.WRITE, StandardOpenOption.SYNC)) {
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    private static FileAttribute<?>[] ownersOnly(Path file) {
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
