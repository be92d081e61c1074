package org.ppspp.client;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Values of options that are not on the command line: from the environment, else from the first settings file that has
 * them. Files name an option without its dashes, the environment as {@code PPSPP_MAX_UPLOAD} names {@code --max-upload}.
 */
final class LayeredDefaults implements IDefaultValueProvider {
    private final Map<String, String> environment;
    private final List<Map<String, String>> files;

    /** The {@code files}, the one that wins first. */
    LayeredDefaults(Map<String, String> environment, List<Map<String, String>> files) {
        this.environment = environment;
        this.files = files;
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option) || !option.longestName().startsWith("--")) {
            return null;
        }
        String key = option.longestName().substring(2);
        String value = environment.get(variable(key));
        for (int i = 0; value == null && i < files.size(); i++) {
            value = files.get(i).get(key);
        }
        return value;
    }

    /** The environment variable of the option {@code key}. */
    static String variable(String key) {
        return "PPSPP_" + key.toUpperCase(Locale.ROOT).replace('-', '_');
    }
}
