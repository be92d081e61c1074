package org.ppspp.wire;

/** The first byte of each message (RFC 7574 §8.2, table 7). */
public final class MessageType {
    public static final int HANDSHAKE = 0x00;
    public static final int DATA = 0x01;
    public static final int ACK = 0x02;
    public static final int HAVE = 0x03;
    public static final int INTEGRITY = 0x04;
    public static final int PEX_RES_V4 = 0x05;
    public static final int PEX_REQ = 0x06;
    public static final int SIGNED_INTEGRITY = 0x07;
    public static final int REQUEST = 0x08;
    public static final int CANCEL = 0x09;
    public static final int CHOKE = 0x0a;
    public static final int UNCHOKE = 0x0b;
    public static final int PEX_RES_V6 = 0x0c;
    public static final int PEX_RES_CERT = 0x0d;

    /** How many types RFC 7574 assigns; the codes from here to 255 mean nothing. */
    public static final int COUNT = 14;

    private MessageType() {}
}
