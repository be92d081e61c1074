package org.ppspp.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Values of options that are not on the command line: from the environment, else from the first settings file that has
 * them. Files name an option without its dashes, the environment as {@code PPSPP_MAX_UPLOAD} names {@code --max-upload}.
 *
 * <p>What is said in one place also silences what contradicts it in the places below: where the command line says
 * {@code --tcp}, no file's {@code transport} counts.
 */
final class LayeredDefaults implements IDefaultValueProvider {
    /** By option: those that silence it. */
    private static final Map<String, Set<String>> SILENCED_BY = Map.ofEntries(
            Map.entry("swarmid", Set.of("link")),
            Map.entry("transport", Set.of("tcp")),
            Map.entry("tcp", Set.of("transport")),
            Map.entry("overwrite", Set.of("no-clobber")),
            Map.entry("no-clobber", Set.of("overwrite")),
            Map.entry("seed-time", Set.of("exit-when-complete")),
            Map.entry("seed-ratio", Set.of("exit-when-complete")),
            Map.entry("log-level", Set.of("quiet", "verbose")),
            Map.entry("quiet", Set.of("verbose")),
            Map.entry("http-open", Set.of("http-token-file")),
            Map.entry("http-token-file", Set.of("http-open")));

    /** Looks a setting up; null where it is not given. */
    private interface Place {
        @Nullable
        String value(String key);
    }

    private final Set<String> typed;
    private final List<Place> places = new ArrayList<>();

    /**
     * @param typed the options on the command line, by their names without dashes, less flags that are switched off
     * @param files the one that wins first
     */
    LayeredDefaults(Set<String> typed, Map<String, String> environment, List<Map<String, String>> files) {
        this.typed = typed;
        places.add(key -> environment.get(variable(key)));
        files.forEach(file -> places.add(file::get));
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option) || !isSetting(option)) {
            return null;
        }
        String key = key(option);
        Set<String> rivals = SILENCED_BY.getOrDefault(key, Set.of());
        boolean silenced = rivals.stream().anyMatch(typed::contains);
        for (int i = 0; !silenced && i < places.size(); i++) {
            Place place = places.get(i);
            String value = place.value(key);
            if (value != null) {
                return value;
            }
            silenced = rivals.stream().anyMatch(rival -> isOn(place.value(rival)));
        }
        return null;
    }

    private static boolean isOn(@Nullable String value) {
        return value != null && !value.equalsIgnoreCase("false");
    }

    /** Whether an option can be set elsewhere than on the command line. */
    static boolean isSetting(OptionSpec option) {
        return !option.usageHelp() && !option.versionHelp() && !option.hidden();
    }

    /** The name of {@code option} in settings files. */
    static String key(OptionSpec option) {
        return option.longestName().substring(2);
    }

    /** The environment variable of the option {@code key}. */
    static String variable(String key) {
        return "PPSPP_" + key.toUpperCase(Locale.ROOT).replace('-', '_');
    }
}
