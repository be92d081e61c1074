package org.ppspp.storage;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import org.jspecify.annotations.Nullable;

/** A local file cannot be used; the message is one line for the user that names the file and what to do. */
public final class LocalContentException extends IOException {
    public LocalContentException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** {@code what} failed at {@code path} for the reason that {@code cause} gives. */
    static LocalContentException of(String what, Path path, Exception cause) {
        return cause instanceof LocalContentException known
                ? known
                : new LocalContentException(what + " " + path + ": " + reason(cause), cause);
    }

    /** The reason of an error of the file system in a few words, without the path that most messages repeat. */
    public static String reason(Exception cause) {
        if (cause instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (cause instanceof NoSuchFileException) {
            return "no such file or folder";
        }
        if (cause instanceof ReadOnlyFileSystemException) {
            return "the file system is read-only";
        }
        if (cause instanceof FileSystemException known && known.getReason() != null) {
            return known.getReason();
        }
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message.replace('\n', ' ');
    }

    /** Whether writing failed because the disk or a quota is full. The JDK has no type for this, only the system's text. */
    static boolean isNoSpace(IOException cause) {
        String reason = reason(cause);
        return reason.contains("No space left")
                || reason.contains("ENOSPC")
                || reason.contains("not enough space")
                || reason.toLowerCase(java.util.Locale.ROOT).contains("quota");
    }
}
