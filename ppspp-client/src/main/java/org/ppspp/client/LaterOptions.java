package org.ppspp.client;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Options that are known and named, so that a script which uses them is told plainly that it cannot have them yet. */
final class LaterOptions {
    private static final List<String> NAMES =
            List.of("--live", "--livesrc", "--discardwnd", "--input", "--input-loop", "--key");

    private LaterOptions() {}

    static void addTo(CommandSpec spec) {
        for (String name : NAMES) {
            spec.addOption(OptionSpec.builder(name)
                    .type(String.class)
                    .arity("0..1")
                    .fallbackValue("true")
                    .hidden(true)
                    .build());
        }
    }

    /** The names of those that were given on the command line. */
    static List<String> given(ParseResult result) {
        return NAMES.stream().filter(result::hasMatchedOption).toList();
    }
}
