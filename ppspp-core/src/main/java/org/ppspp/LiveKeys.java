package org.ppspp;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;
import org.ppspp.integrity.LiveAlgorithm;
import org.ppspp.integrity.LiveSigner;
import org.ppspp.keys.LivePrivateKey;
import org.ppspp.storage.LocalContentException;

/**
 * Key files of live streams. The key names the stream and signs it: who loses the file cannot go on with the stream, and who
 * reads it can speak for its source.
 */
public final class LiveKeys {
    /** Several times the longest key, and short enough to read without a thought. */
    private static final int MAX_FILE_BYTES = 1 << 16;

    private LiveKeys() {}

    /**
     * Makes a key and writes it to a new file that only its owner may read (PKCS#8 in PEM).
     *
     * @throws LocalContentException if the file exists or cannot be written
     * @throws IllegalArgumentException if {@code algorithm} signs no new streams
     */
    public static LiveSigner make(Path file, LiveAlgorithm algorithm) throws LocalContentException {
        LivePrivateKey key = LivePrivateKey.generate(algorithm, new SecureRandom());
        try {
            PrivateFile.make(file, key.pem());
            return key.signer();
        } catch (FileAlreadyExistsException e) {
            throw new LocalContentException(file + " exists, and keys are not replaced: name another file", e);
        } catch (IOException e) {
            throw new LocalContentException("cannot write " + file + ": " + LocalContentException.reason(e), e);
        }
    }

    /**
     * Reads the key in a file: PKCS#8, or what OpenSSL writes for ECDSA and RSA, in PEM and not encrypted.
     *
     * @param algorithm what the stream is signed with, or null for the usual algorithm of such a key: RSASHA256 for RSA
     * @throws LocalContentException if there is no such key, or the file is ours and open to others; as ssh does, since a key that
     *     anybody could have read proves nothing
     */
    public static LiveSigner read(Path file, @Nullable LiveAlgorithm algorithm) throws LocalContentException {
        try {
            checkPrivate(file);
            return LivePrivateKey.parse(text(file), algorithm).signer();
        } catch (LocalContentException e) {
            throw e;
        } catch (IOException e) {
            throw new LocalContentException("cannot read " + file + ": " + LocalContentException.reason(e), e);
        } catch (IllegalArgumentException e) {
            throw new LocalContentException(file + ": " + e.getMessage(), e);
        }
    }

    private static String text(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(MAX_FILE_BYTES), StandardCharsets.ISO_8859_1);
        }
    }

    private static void checkPrivate(Path file) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (view == null) {
            return;
        }
        PosixFileAttributes attributes = view.readAttributes();
        boolean open = attributes.permissions().stream()
                .anyMatch(permission -> !permission.name().startsWith("OWNER_"));
        boolean ours = attributes.owner().getName().equals(System.getProperty("user.name"));
        if (ours && attributes.isRegularFile() && open) {
            throw new LocalContentException(
                    file + " is open to others (" + PosixFilePermissions.toString(attributes.permissions())
                            + "), and a key must not be: chmod 600 " + file,
                    null);
        }
    }
}
