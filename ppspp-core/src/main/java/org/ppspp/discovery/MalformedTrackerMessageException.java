package org.ppspp.discovery;

/** A tracker message that breaks a rule of the format; the message says which. It carries no stack trace. */
public final class MalformedTrackerMessageException extends Exception {
    public MalformedTrackerMessageException(String rule) {
        super(rule, null, false, false);
    }
}
