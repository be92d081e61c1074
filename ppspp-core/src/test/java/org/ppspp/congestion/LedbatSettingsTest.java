package org.ppspp.congestion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LedbatSettingsTest {
    private static final long MILLI = 1_000_000;

    private static LedbatSettings settings(long targetMillis, double gain, int allowedIncrease) {
        return new LedbatSettings(targetMillis * MILLI, gain, gain, true, allowedIncrease, false, false, 10, MILLI, 0);
    }

    @Test
    void holdsTheBoundsOfRfc6817() {
        assertThat(settings(100, 1, 1)).isNotNull();
        assertThatIllegalArgumentException().isThrownBy(() -> settings(101, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> settings(0, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> settings(100, 1.1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> settings(100, 0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> settings(100, Double.NaN, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> settings(100, 1, 0));
    }

    @ParameterizedTest
    @EnumSource(LedbatProfile.class)
    void hasSettingsForEachProfile(LedbatProfile profile) {
        assertThat(profile.settings().targetNanos()).isIn(60 * MILLI, 100 * MILLI);
        assertThat(profile.settings().literal()).isEqualTo(profile == LedbatProfile.RFC6817);
        assertThat(profile.settings().slowdowns()).isEqualTo(profile == LedbatProfile.DEFAULT);
    }
}
