package org.ppspp.media.input;

/**
 * How to read a file.
 *
 * @param loop whether to begin again at its end, for ever
 * @param bytesPerSecond how fast to read it; 0: as fast as its clock says, which only transport streams have
 */
public record InputSettings(boolean loop, long bytesPerSecond) {
    /** Once, by its own clock. */
    public static final InputSettings DEFAULT = new InputSettings(false, 0);

    public InputSettings {
        if (bytesPerSecond < 0) {
            throw new IllegalArgumentException("a rate is not negative: " + bytesPerSecond);
        }
    }
}
