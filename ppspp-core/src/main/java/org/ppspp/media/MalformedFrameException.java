package org.ppspp.media;

/** Says what is wrong with bytes that should have been a frame. Has no stack trace: strangers cause it. */
public final class MalformedFrameException extends Exception {
    MalformedFrameException(String message) {
        super(message, null, false, false);
    }
}
