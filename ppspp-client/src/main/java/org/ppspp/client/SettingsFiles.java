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
        String config = environment.get("XDG_CONFIG_HOME");
        if (config != null && !config.isEmpty()) {
            return Path.of(config, "ppspp", "client.properties");
        }
        String home = environment.get("HOME");
        return home == null || home.isEmpty() ? null : Path.of(home, ".config", "ppspp", "client.properties");
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
