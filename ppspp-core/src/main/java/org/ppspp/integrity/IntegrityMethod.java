package org.ppspp.integrity;

import org.jspecify.annotations.Nullable;

/** The content integrity protection methods (RFC 7574 §7.5; erratum 4880 unassigns 0, which PyPPSPP sends). */
public enum IntegrityMethod {
    /** No protection. Never offered by the strict dialect. */
    NONE(0),
    /** Static content, protected by its root hash. */
    MERKLE_HASH_TREE(1),
    /** Live content, each chunk signed. */
    SIGN_ALL(2),
    /** Live content, signed subtrees. */
    UNIFIED_MERKLE_TREE(3);

    private final int code;

    IntegrityMethod(int code) {
        this.code = code;
    }

    /** The value of the Content Integrity Protection Method option. */
    public int code() {
        return code;
    }

    /** The method with this option value, or null for a value that RFC 7574 does not assign. */
    public static @Nullable IntegrityMethod byCode(int code) {
        return code >= 0 && code < values().length ? values()[code] : null;
    }
}
