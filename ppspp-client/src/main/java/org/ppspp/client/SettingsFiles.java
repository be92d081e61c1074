package org.ppspp.client;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Settings kept in property files: {@code option=value}, options named without their dashes. */
final class SettingsFiles {
    private SettingsFiles() {}

    /** The user's own file, whether or not there is one; null where the user has no home. */
    static @Nullable Path userFile(Map<String, String> environment) {
        return ours(environment, "XDG_CONFIG_HOME", Path.of(".config"), "client.properties");
    }

    /** Where it is kept how far live streams were seen; null where the user has no home. */
    static @Nullable Path streams(Map<String, String> environment) {
        return ours(environment, "XDG_STATE_HOME", Path.of(".local", "state"), "streams");
    }

    /** A place of ours in a folder that {@code variable} names, or else in {@code usually} at home. */
    private static @Nullable Path ours(Map<String, String> environment, String variable, Path usually, String name) {
        String folder = environment.get(variable);
        if (folder != null && !folder.isEmpty()) {
            return Path.of(folder, "ppspp", name);
        }
        String home = environment.get("HOME");
        return home == null || home.isEmpty()
                ? null
                : Path.of(home).resolve(usually).resolve("ppspp").resolve(name);
    }

    /**
     * Reads a file whose keys must all be in {@code known}: a misspelt setting that is silently ignored costs more than a
     * message. Throws {@link IllegalArgumentException} naming the key.
     */
    static Map<String, String> read(Path file, Set<String> known) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        Map<String, String> settings = new LinkedHashMap<>();
        for (String key : properties.stringPropertyNames()) {
            if (!known.contains(key)) {
                throw new IllegalArgumentException(file + ": there is no setting '" + key + "'");
            }
            settings.put(key, properties.getProperty(key).strip());
        }
        return settings;
    }
}
