package org.ppspp.storage;

/** What happens to a file that has the name of the content and other bytes. It is never deleted unless so asked. */
public enum ExistingFile {
    /** It is renamed to {@code NAME.orig-N}. */
    MOVE_ASIDE,
    /** It stays, and opening the content fails. */
    KEEP,
    /** It stays until the content is complete and then gives way to it. */
    OVERWRITE
}
