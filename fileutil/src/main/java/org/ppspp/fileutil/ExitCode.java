package org.ppspp.fileutil;

/** How the tool ends; the numbers are those of all PPSPP tools. */
final class ExitCode {
    static final int OK = 0;
    static final int UNEXPECTED = 1;
    static final int USAGE = 2;

    /** A local file is missing, unreadable, in the way, or the disk is full. */
    static final int LOCAL_FILE = 3;

    /** The file is not the content of the swarm. */
    static final int MISMATCH = 6;

    private ExitCode() {}
}
