package org.ppspp.fileutil;

/** Ends the tool with an exit code and one line for the user. */
final class Failure extends Exception {
    private final int exitCode;

    Failure(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}
