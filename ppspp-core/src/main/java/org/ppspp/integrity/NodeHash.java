package org.ppspp.integrity;

/**
 * The verified hash of one tree node.
 *
 * @param bin the node
 * @param hash its hash; not changed any more by anyone
 */
public record NodeHash(long bin, byte[] hash) {}
