package org.ppspp.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;
import org.ppspp.PrivateFile;

/**
 * The first step of every path of a gateway: whoever does not know it, such as another user of the machine or a page of
 * somebody else's, finds nothing.
 *
 * @param text 16 to 128 letters, digits, hyphens and underscores
 */
public record AccessToken(String text) {
    private static final int RANDOM_BYTES = 16;
    private static final int MAX_FILE_BYTES = 1_024;
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]{16,128}");

    public AccessToken {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "a token for HTTP has 16 to 128 letters, digits, hyphens and underscores, and nothing else");
        }
    }

    /** A token of 128 random bits. */
    public static AccessToken random() {
        byte[] bits = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(bits);
        return new AccessToken(Base64.getUrlEncoder().withoutPadding().encodeToString(bits));
    }

    /**
     * The token in the first line of {@code file}; where there is no such file, a random one that is put there for the next
     * time, for the owner's eyes only. Throws {@link IllegalArgumentException} for a file that holds something else.
     */
    public static AccessToken in(Path file) throws IOException {
        AccessToken fresh = random();
        try {
            PrivateFile.make(file, fresh.text() + '\n');
            return fresh;
        } catch (FileAlreadyExistsException e) {
            return read(file);
        }
    }

    private static AccessToken read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            String text = new String(in.readNBytes(MAX_FILE_BYTES), StandardCharsets.ISO_8859_1);
            return new AccessToken(text.lines().findFirst().orElse("").strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    /** Compares in a time that tells nothing of how much is right. */
    boolean equalsText(String other) {
        return MessageDigest.isEqual(text.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    /** Without the secret, for logs. */
    @Override
    public String toString() {
        return "AccessToken[…]";
    }
}
