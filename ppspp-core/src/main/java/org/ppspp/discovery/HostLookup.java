package org.ppspp.discovery;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Turns a host name its user typed into addresses. May block: called on a thread of its own. */
@FunctionalInterface
public interface HostLookup {
    /**
     * All addresses of the host, at least one.
     *
     * @throws UnknownHostException if there are none, or the name service does not answer
     */
    InetAddress[] addresses(String host) throws UnknownHostException;

    /** The name service of the operating system. */
    static HostLookup system() {
        return InetAddress::getAllByName;
    }
}
