package org.ppspp.wire;

/**
 * Bytes from a peer broke a rule of the protocol. The message says which rule. Carries no stack trace: hostile input is
 * normal, and must be cheap.
 */
public final class MalformedMessageException extends Exception {
    public MalformedMessageException(String rule) {
        super(rule, null, false, false);
    }
}
