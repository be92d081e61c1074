package org.ppspp.media.input;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import org.jspecify.annotations.Nullable;

/** {@code udp://[HOST]:PORT}: datagrams of any length to one of our addresses, or to a multicast group. */
final class UdpFeed implements Feed {
    /** A key frame comes as one burst. */
    private static final int RECEIVE_BUFFER_BYTES = 4 << 20;

    private final InetSocketAddress address;
    private final @Nullable String localAddress;
    private @Nullable MulticastSocket socket;
    private volatile int port;

    /** {@code localAddress}: of the network in which to join a group; null: the system chooses. */
    UdpFeed(InetSocketAddress address, @Nullable String localAddress) {
        this.address = address;
        this.localAddress = localAddress;
    }

    @Override
    public void open(Lifetime lifetime) throws IOException {
        if (address.isUnresolved()) {
            throw new IOException("unknown host");
        }
        // Binding to the group itself, where that is possible, keeps datagrams to other groups out.
        MulticastSocket bound = lifetime.hold(new MulticastSocket(null));
        // Groups may be heard by several programs, an address of ours by one.
        bound.setReuseAddress(address.getAddress().isMulticastAddress());
        bound.setReceiveBufferSize(RECEIVE_BUFFER_BYTES);
        bound.bind(address);
        if (address.getAddress().isMulticastAddress()) {
            bound.joinGroup(address, network());
        }
        bound.setSoTimeout((int) Feeds.SILENCE.toMillis());
        port = bound.getLocalPort();
        socket = bound;
    }

    @Override
    public Delivery next(Lifetime lifetime) {
        MulticastSocket bound = socket;
        if (bound == null) {
            throw new IllegalStateException("not opened");
        }
        return new Delivery() {
            @Override
            public int read(byte[] buffer) throws IOException {
                DatagramPacket datagram = new DatagramPacket(buffer, buffer.length);
                bound.receive(datagram);
                return datagram.getLength();
            }

            @Override
            public void close() {
                // The socket stays: datagrams have no end.
            }
        };
    }

    @Override
    public int port() {
        return port;
    }

    private @Nullable NetworkInterface network() throws IOException {
        if (localAddress == null) {
            return null;
        }
        NetworkInterface network = NetworkInterface.getByInetAddress(InetAddress.getByName(localAddress));
        if (network == null) {
            throw new IOException("no network here has the address " + localAddress);
        }
        return network;
    }
}
