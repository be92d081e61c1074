package org.ppspp.congestion;

/** Named settings of the LEDBAT controller; see {@code docs/architecture.md}. */
public enum LedbatProfile {
    /** LEDBAT++ with a target of 60 ms: yields to others and shares fairly. */
    DEFAULT,
    /** RFC 6817 to the letter. */
    RFC6817,
    /** As the default without periodic slowdowns, for local networks. */
    LAN;

    private static final LedbatSettings DEFAULT_SETTINGS =
            new LedbatSettings(60_000_000, 1, 1.0 / 16, false, 1, true, true, 2, 200_000_000, 2);
    private static final LedbatSettings RFC6817_SETTINGS =
            new LedbatSettings(100_000_000, 1, 1, true, 1, false, false, 10, 1_000_000_000, 0);
    private static final LedbatSettings LAN_SETTINGS =
            new LedbatSettings(60_000_000, 1, 1.0 / 4, false, 1, true, false, 10, 200_000_000, 2);

    public LedbatSettings settings() {
        return switch (this) {
            case DEFAULT -> DEFAULT_SETTINGS;
            case RFC6817 -> RFC6817_SETTINGS;
            case LAN -> LAN_SETTINGS;
        };
    }
}
