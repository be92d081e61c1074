package org.ppspp.keys;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One block of a PEM file (RFC 7468).
 *
 * @param type what stands behind BEGIN
 * @param bytes the array is the block's own: do not modify
 */
public record Pem(String type, byte[] bytes) {
    public static final String CERTIFICATE = "CERTIFICATE";
    public static final String PUBLIC_KEY = "PUBLIC KEY";
    public static final String PRIVATE_KEY = "PRIVATE KEY";

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*)-----END \\1-----", Pattern.DOTALL);
    private static final int LINE = 64;

    /** The first block of one of these types. Throws {@link IllegalArgumentException} where there is none. */
    public static Pem first(String text, String... types) {
        Matcher block = BLOCK.matcher(text);
        while (block.find()) {
            if (Arrays.asList(types).contains(block.group(1))) {
                return new Pem(block.group(1), Base64.getMimeDecoder().decode(block.group(2)));
            }
        }
        throw new IllegalArgumentException("no PEM block '" + String.join("' or '", types) + "'");
    }

    /** The block as lines of text. */
    public String text() {
        Base64.Encoder lines = Base64.getMimeEncoder(LINE, "\n".getBytes(StandardCharsets.US_ASCII));
        return "-----BEGIN " + type + "-----\n" + lines.encodeToString(bytes) + "\n-----END " + type + "-----\n";
    }
}
