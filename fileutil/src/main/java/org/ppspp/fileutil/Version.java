package org.ppspp.fileutil;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IVersionProvider;

/** The version as the build wrote it into the jar. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        @Nullable String version = Version.class.getPackage().getImplementationVersion();
        return new String[] {"fileutil " + (version == null ? "(development)" : version)};
    }
}
