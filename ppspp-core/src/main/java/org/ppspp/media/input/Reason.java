package org.ppspp.media.input;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;

/** Why an input cannot be read, in words for the user. */
final class Reason {
    private Reason() {}

    static String of(IOException cause) {
        if (cause instanceof SocketTimeoutException) {
            boolean connecting = String.valueOf(cause.getMessage()).startsWith("Connect");
            return connecting ? "no answer" : "nothing comes any more";
        }
        if (cause instanceof UnknownHostException) {
            return "unknown host";
        }
        if (cause instanceof NoSuchFileException) {
            return "no such file";
        }
        String message = cause.getMessage();
        return message == null || message.isEmpty()
                ? "cannot connect"
                : message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1);
    }
}
