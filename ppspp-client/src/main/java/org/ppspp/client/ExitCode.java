package org.ppspp.client;

/** How the program ends, as scripts see it. */
enum ExitCode {
    OK(0, "complete and verified, or a seeder or a live stream that was stopped"),
    UNEXPECTED(1, "unexpected error"),
    USAGE(2, "wrong usage"),
    FILE(3, "local file missing, unreadable, no space, or it would be overwritten"),
    TRACKER(4, "tracker unreachable and no other source of peers"),
    NO_PEERS(5, "no peers, or nothing useful from them for --timeout"),
    INTEGRITY(6, "peers sent only content that does not match the swarm ID"),
    TIME_LIMIT(7, "--time-limit reached before complete; state saved"),
    BIND(8, "address in use or not ours"),
    REFUSED(9, "refused by a token or a block list"),
    INTERRUPTED(130, "SIGINT before complete; state saved, the same command resumes"),
    PIPE(141, "whoever read --output - has closed the pipe; files are kept as after a signal"),
    TERMINATED(143, "SIGTERM or SIGHUP before complete; state saved, the same command resumes");

    private final int status;
    private final String meaning;

    ExitCode(int status, String meaning) {
        this.status = status;
        this.meaning = meaning;
    }

    int status() {
        return status;
    }

    /** One line for {@code --help}. */
    String meaning() {
        return meaning;
    }
}
