package org.ppspp.integrity;

/** A bounded map from bins to hashes, without an object per entry: open addressing with linear probing. */
final class HashTable {
    private static final int FIRST_CAPACITY = 16;

    private final int hashLength;
    private final int maxEntries;
    /** Each bin plus one, so that 0 is a free slot. */
    private long[] keys = new long[0];

    private byte[] hashes = new byte[0];
    private int size;

    HashTable(int hashLength, int maxEntries) {
        this.hashLength = hashLength;
        this.maxEntries = maxEntries;
    }

    int size() {
        return size;
    }

    boolean isFull() {
        return size == maxEntries;
    }

    boolean has(long bin) {
        return size > 0 && keys[slot(bin)] != 0;
    }

    boolean read(long bin, byte[] into, int at) {
        if (size == 0) {
            return false;
        }
        int slot = slot(bin);
        if (keys[slot] == 0) {
            return false;
        }
        System.arraycopy(hashes, slot * hashLength, into, at, hashLength);
        return true;
    }

    /** Adds or replaces; there must be room. */
    void put(long bin, byte[] hash) {
        if (4 * (size + 1) > 3 * keys.length) {
            grow();
        }
        int slot = slot(bin);
        if (keys[slot] == 0) {
            if (isFull()) {
                throw new IllegalStateException("more than " + maxEntries + " hashes");
            }
            keys[slot] = bin + 1;
            size++;
        }
        System.arraycopy(hash, 0, hashes, slot * hashLength, hashLength);
    }

    void remove(long bin) {
        if (!has(bin)) {
            return;
        }
        int mask = keys.length - 1;
        int hole = slot(bin);
        for (int next = (hole + 1) & mask; keys[next] != 0; next = (next + 1) & mask) {
            // An entry may move up to the hole unless its own probing starts behind it.
            if (((next - home(keys[next] - 1)) & mask) >= ((next - hole) & mask)) {
                keys[hole] = keys[next];
                System.arraycopy(hashes, next * hashLength, hashes, hole * hashLength, hashLength);
                hole = next;
            }
        }
        keys[hole] = 0;
        size--;
    }

    /** Where {@code bin} is, or else the free slot where it would go. */
    private int slot(long bin) {
        int mask = keys.length - 1;
        int slot = home(bin);
        while (keys[slot] != 0 && keys[slot] != bin + 1) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private int home(long bin) {
        return (int) ((bin * 0x9E3779B97F4A7C15L) >>> 40) & (keys.length - 1);
    }

    private void grow() {
        long[] oldKeys = keys;
        byte[] oldHashes = hashes;
        int capacity = Math.max(FIRST_CAPACITY, 2 * oldKeys.length);
        keys = new long[capacity];
        hashes = new byte[capacity * hashLength];
        for (int old = 0; old < oldKeys.length; old++) {
            if (oldKeys[old] != 0) {
                int slot = slot(oldKeys[old] - 1);
                keys[slot] = oldKeys[old];
                System.arraycopy(oldHashes, old * hashLength, hashes, slot * hashLength, hashLength);
            }
        }
    }
}
