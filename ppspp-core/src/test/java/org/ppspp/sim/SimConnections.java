package org.ppspp.sim;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.ppspp.wire.TransportAddress;

/**
 * TCP between the nodes of a simulation: the first frame to an address connects, from a port of its own, as production does.
 * Frames arrive whole, in order and once, until a connection ends; each end is told then. An end whose frames pile up is told
 * to wait.
 */
final class SimConnections {
    private static final long PILE_NANOS = 20_000_000L;
    private static final int FIRST_PORT = 20_000;

    /** One end of a connection: a node, and the address it knows the other by. */
    private record End(SimNode node, TransportAddress remote) {}

    private static final class Connection {
        final End dialler;
        final End acceptor;
        /** Nothing that is still on its way arrives any more. */
        boolean broken;

        long dialledArrives;
        long acceptedArrives;

        Connection(End dialler, End acceptor) {
            this.dialler = dialler;
            this.acceptor = acceptor;
        }

        End other(End end) {
            return end.equals(dialler) ? acceptor : dialler;
        }

        /** A frame that leaves {@code end} and takes until {@code arrival} does not overtake the one before it. */
        long inOrder(End end, long arrival) {
            if (end.equals(dialler)) {
                dialledArrives = Math.max(dialledArrives, arrival);
                return dialledArrives;
            }
            acceptedArrives = Math.max(acceptedArrives, arrival);
            return acceptedArrives;
        }
    }

    private final Simulation simulation;
    private final Map<End, Connection> ends = new HashMap<>();
    private int dialled;

    SimConnections(Simulation simulation) {
        this.simulation = simulation;
    }

    void send(SimNode sender, TransportAddress to, byte[] frame) {
        End from = new End(sender, to);
        Connection connection = ends.get(from);
        if (connection == null) {
            connection = connect(from);
        }
        if (connection == null) {
            simulation.after(2 * simulation.delay(), () -> sender.closed(to));
            return;
        }
        if (simulation.breaks()) {
            end(connection);
        }
        long leaves = simulation.leaves(sender, frame.length);
        Connection taken = connection;
        End other = connection.other(from);
        long arrives = connection.inOrder(from, leaves + simulation.delay());
        simulation.after(arrives - simulation.now(), () -> {
            if (!taken.broken) {
                simulation.hand(other.node(), other.remote(), frame);
            }
        });
        if (leaves - simulation.now() > PILE_NANOS) {
            simulation.after(0, () -> sender.writable(to, false));
            simulation.after(leaves - simulation.now(), () -> sender.writable(to, true));
        }
    }

    private @Nullable Connection connect(End from) {
        SimNode listener = simulation.at(from.remote());
        if (listener == null) {
            return null;
        }
        TransportAddress port = freePort();
        from.node().dialledFrom(port);
        Connection connection = new Connection(from, new End(listener, port));
        ends.put(connection.dialler, connection);
        ends.put(connection.acceptor, connection);
        return connection;
    }

    private TransportAddress freePort() {
        try {
            int number = dialled++;
            byte[] host = {10, 1, (byte) (number >> 8), (byte) number};
            return TransportAddress.tcp(
                    new InetSocketAddress(InetAddress.getByAddress(host), FIRST_PORT + number % FIRST_PORT));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@code node} needs this connection no more; what it sent still arrives. */
    void disconnect(SimNode node, TransportAddress remote) {
        End end = new End(node, remote);
        Connection connection = ends.remove(end);
        if (connection != null) {
            End other = connection.other(end);
            long arrives = connection.inOrder(end, simulation.now() + simulation.delay());
            simulation.after(arrives - simulation.now(), () -> tell(connection, other));
        }
    }

    /** {@code node} is gone: its system ends its connections. */
    void forget(SimNode node) {
        List<Connection> lost = new ArrayList<>();
        ends.forEach((end, connection) -> {
            if (end.node() == node) {
                lost.add(connection);
            }
        });
        // Not in the order of a hash table: the same seed must give the same run.
        lost.sort((a, b) ->
                a.acceptor.remote().toString().compareTo(b.acceptor.remote().toString()));
        for (Connection connection : lost) {
            End gone = connection.dialler.node() == node ? connection.dialler : connection.acceptor;
            ends.remove(gone);
            connection.broken = true;
            simulation.after(simulation.delay(), () -> tell(connection, connection.other(gone)));
        }
    }

    private void end(Connection connection) {
        if (!connection.broken) {
            connection.broken = true;
            simulation.after(simulation.delay(), () -> tell(connection, connection.dialler));
            simulation.after(simulation.delay(), () -> tell(connection, connection.acceptor));
        }
    }

    private void tell(Connection connection, End end) {
        connection.broken = true;
        if (ends.remove(end, connection)) {
            end.node().closed(end.remote());
        }
    }
}
