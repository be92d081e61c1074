package org.ppspp.engine;

/** The bounds that keep hostile or broken peers from costing us memory, time or bandwidth. All durations in nanoseconds. */
final class Limits {
    static final long MILLISECOND = 1_000_000;
    static final long SECOND = 1_000 * MILLISECOND;

    /** Handshakes that were answered and not yet echoed, in all; from one host; from one network (/24 or /48). */
    static final int HALF_OPEN = 4_096;

    static final int HALF_OPEN_PER_HOST = 8;
    static final int HALF_OPEN_PER_NETWORK = 64;
    static final long HALF_OPEN_LIFE = 10 * SECOND;

    /** HAVE ranges sent in a datagram that opens a channel, or answers one. */
    static final int OPENING_RANGES = 4;

    /**
     * HAVE ranges kept of a datagram that opens a channel, neighbours being one: not everybody says them again. And those of
     * all such datagrams together; beyond that, as many are kept as a libswift says there.
     */
    static final int OPENING_RANGES_KEPT = 64;

    static final int HALF_OPEN_RANGES = 16_384;
    static final int OPENING_RANGES_LEAST = 8;

    /** The initiator repeats its first datagram after this time, then after twice as long each time. */
    static final long HANDSHAKE_RETRY = SECOND / 2;

    static final int HANDSHAKE_TRIES = 6;

    /** A dial that was answered neither the first nor the second time makes room for a peer that comes (rule R4). */
    static final long UNANSWERED_AFTER = 3 * HANDSHAKE_RETRY;

    /** Openings in the RFC's dialect before an older one is tried beside it. */
    static final int HANDSHAKE_TRIES_BEFORE_SECOND_DIALECT = 2;

    /** Over TCP it is sent once; connecting is part of this time. */
    static final long HANDSHAKE_TCP = 10 * SECOND;

    /** A peer that was dialled over UDP and has not answered is dialled over TCP as well. */
    static final long TCP_AFTER = 3 * SECOND;

    /** A complete peer dials those that a tracker names only after this; most of them come by themselves. */
    static final long LET_THEM_COME = 5 * SECOND;

    static final int CHANNELS = 2_000;
    static final int CHANNELS_PER_HOST = 4;

    /** A peer that exchanged no verified content with us for so long may be replaced, and one in so long is (rule R4). */
    static final long USELESS_AFTER = 60 * SECOND;

    static final long REPLACE_PAUSE = 10 * SECOND;

    /** How long it is not dialled again then: others come first. */
    static final long USELESS_PAUSE = 600 * SECOND;

    /** Addresses kept for one swarm. */
    static final int KNOWN_ADDRESSES = 500;

    static final int DIALS_PER_SECOND = 10;

    /**
     * Dials in a minute that one public host, over all its ports, or one public network does not answer: what strangers can
     * make us send to somebody who has nothing to do with it (rule R18).
     */
    static final int DIALS_PER_HOST = 3;

    static final int DIALS_PER_NETWORK = 20;
    static final long DIAL_WINDOW = 60 * SECOND;

    /** Of the addresses of one swarm: those heard from peers, from one of them, and in one public network (rule R18). */
    static final int EXCHANGED_ADDRESSES = KNOWN_ADDRESSES / 2;

    static final int EXCHANGED_BY_ONE = KNOWN_ADDRESSES / 4;
    static final int EXCHANGED_IN_NETWORK = 8;

    /** Connections to addresses heard from peers: new ones a second, and all where no trusted address answers. */
    static final int EXCHANGE_DIALS_PER_SECOND = 4;

    static final int EXCHANGE_ALONE = 8;

    /** Datagrams that open a channel to an address heard from peers, which may be anybody's. */
    static final int EXCHANGE_HANDSHAKE_TRIES = 3;

    /** Dials without an answer after which peers are not believed about an address any more, and for how long. */
    static final int EXCHANGE_TRIES = 3;

    static final long EXCHANGE_PAUSE = 60 * SECOND;
    static final long EXCHANGE_PAUSE_MAX = 3_600 * SECOND;
    static final int FAILED_HOSTS = 2_000;

    /** How soon to look again for room among what may be dialled by hearsay. */
    static final long EXCHANGE_RETRY = 5 * SECOND;

    /** Peer exchange: messages and chunks older than this do not count, and one question in this time is answered. */
    static final long EXCHANGE_WINDOW = 60 * SECOND;

    /** Peers named in one answer, and believed of one. */
    static final int EXCHANGE_RESULTS = 8;

    /** A new peer is asked for others once it may know us, again where it had nothing to say, and later now and then. */
    static final long EXCHANGE_FIRST = 2 * SECOND;

    static final long EXCHANGE_SOONER = 20 * SECOND;
    static final long EXCHANGE_AGAIN = 65 * SECOND;

    /** Membership certificates of one peer that are verified in a minute, and defective ones it may send (RFC 7574 §12.2.2). */
    static final int CERTIFICATES_PER_WINDOW = 8;

    static final int DEFECTIVE_CERTIFICATES = 2;
    static final int CERTIFICATE_BYTES = 900;

    /** Own addresses that others have told us. */
    static final int OWN_ADDRESSES = 64;

    /** RFC 7574 §3.12: dead after three minutes without a datagram and three sent in vain. */
    static final long DEAD_AFTER = 180 * SECOND;

    static final int DEAD_AFTER_SENT = 3;
    static final long SUSPECT_AFTER = 30 * SECOND;
    static final long KEEP_ALIVE = 55 * SECOND;

    /** A silent peer that owes us chunks is greeted anew, in case it restarted or its address translation changed. */
    static final long GREET_AGAIN = 3 * SECOND;

    /** Messages of one UDP datagram, and of one TCP frame. */
    static final int MESSAGES_PER_DATAGRAM = 256;

    static final int MESSAGES_PER_FRAME = 2_048;

    /** Offences within {@link #OFFENCE_WINDOW} that close a channel, and those ever on one channel that ban its address. */
    static final int OFFENCES_TO_CLOSE = 3;

    static final int OFFENCES_TO_BAN = 10;
    static final long OFFENCE_WINDOW = 60 * SECOND;

    /** Offences rarer than one in so many datagrams are the link's: the share at which bad chunks tell, too ({@link #BAD_SHARE}). */
    static final int DATAGRAMS_PER_OFFENCE = 5;

    static final long OFFENCE_BAN = 600 * SECOND;

    /** Channels of one address closed for breaches within that time. */
    static final int CLOSINGS_TO_BAN = 3;

    /** For bad content, the first time and at most. */
    static final long CONTENT_BAN = 3_600 * SECOND;

    static final long CONTENT_BAN_MAX = 24 * CONTENT_BAN;
    static final int BANS = 10_000;

    /** Chunks a peer must have delivered before bad ones among them count as its nature, and the share that does. */
    static final int CHUNKS_BEFORE_BAN = 20;

    static final double BAD_SHARE = 0.2;

    /**
     * So few bad chunks, or signatures that are not the source's (rule R27), may be the work of a link that damages packets,
     * whatever their share.
     */
    static final int BAD_BEFORE_BAN = 10;

    /** A peer whose first chunks are all bad is asked for nothing more for a while. */
    static final int BAD_AT_FIRST = 3;

    static final long SNUB = 600 * SECOND;

    /** Pages of 4,096 chunks that are neither empty nor full in what one peer has. */
    static final int PEER_PAGES = 2_048;

    /** The same in what was sent to one peer; beyond it, some of that is forgotten. */
    static final int SERVED_PAGES = 256;

    /** What one peer may have queued with us. */
    static final int UPLOAD_RANGES = 64;

    /**
     * Nothing is kept of it but a bit for each chunk. A libswift asks for a second's worth of content, and waits two seconds
     * for what was not remembered.
     */
    static final long UPLOAD_BYTES = 64L << 20;

    /** Request bins of a live stream that are looked through for the next chunk: a peer may ask for all of it many times over. */
    static final int LEAST_SENT_BINS = 160;

    /** Request bins one peer is served from at once, and read ahead for it. */
    static final int SERVING_BINS = 4;

    static final int READ_AHEAD_BINS = 16;

    /** Content held for sending, in each swarm. */
    static final long READ_CACHE_BYTES = 16L << 20;

    /** A chunk the network lost is sent again this often by the sender's own decision. */
    static final int RESENDS = 2;

    /** Chunks on their way from the socket to the disk: the back-pressure of a slow disk. */
    static final int PIPELINE_CHUNKS = 2_048;

    /** Chunks kept that came before hashes they need, and for how long: a hash that was lost is sent again by then. */
    static final int EARLY_CHUNKS = 256;

    static final long EARLY_LIFE = SECOND;

    /** Chunks of one job for the workers. */
    static final int JOB_CHUNKS = 64;

    /** Verified chunks of whole request bins that wait for company, while more are coming, before they are written. */
    static final int WRITE_CHUNKS = 256;

    /** Chunks of one write, and verified chunks that wait for the rest of their request bins; and how long those do. */
    static final int WRITE_CHUNKS_MAX = 512;

    static final long WRITE_DELAY = MILLISECOND;

    /** UDP payload of a 1,500 byte IPv6 packet: tried with DATA, and used where that arrives. */
    static final int LONG_DATAGRAM_BYTES = 1_452;

    /** So many long datagrams lost in a row, while shorter ones arrive, mean that the path swallows them; for how long. */
    static final int LONG_DATAGRAMS_LOST = 3;

    static final long LONG_DATAGRAM_PAUSE = 600 * SECOND;

    /** Unverified hashes kept for one peer. */
    static final int PENDING_HASHES = 4_096;

    /** What is asked of one peer at once, in bytes; the least, the most, and how much time of its rate. */
    static final long WINDOW_MIN_BYTES = 64L << 10;

    static final long WINDOW_MAX_BYTES = 4L << 20;
    static final long WINDOW_TIME = 30 * MILLISECOND;

    /** A peer that owes us chunks and sends none is given up after this, or four retransmission times if that is longer. */
    static final long REQUEST_TIMEOUT = SECOND;

    /**
     * A peer over UDP that owes us chunks is asked again after this silence, or two round trips and the time of a few chunks
     * if that is longer: the network may have lost the request. Then after twice as long each time, so often at most.
     */
    static final long REQUEST_REPEAT = 100 * MILLISECOND;

    static final int REQUEST_REPEAT_CHUNKS = 8;
    static final int REQUEST_REPEATS = 8;

    /** However slow a peer has been: it must not hold chunks that others have. */
    static final long REQUEST_TIMEOUT_MAX = 20 * SECOND;

    /** Later chunks that must have come from the same peer before an earlier one counts as lost. */
    static final int OVERTAKEN_BY = 64;

    /** The same in a live stream, whose chunks come in order and are of no use if they come late. */
    static final int LIVE_OVERTAKEN_BY = 8;

    static final long LIVE_REQUEST_TIMEOUT = SECOND / 2;

    /** An unsigned stream of which nothing new comes for so long, while peers tell of lower chunks, has begun anew. */
    static final long BEGUN_ANEW_AFTER = 10 * SECOND;

    static final long OVERTAKEN_PATIENCE = 200 * MILLISECOND;

    /** Data asked for and given up is still welcome for this long. */
    static final long LATE = 10 * SECOND;

    static final int LATE_BINS = 256;

    /** Chunks that one signature covers (RFC 7574 §6.1.2.1); a peer may name any number, and all of them would be gone through. */
    static final int SIGNED_CHUNKS = 1_024;

    /** A chunk that another peer owes us for this part of the time-out may be asked of one more, before the end. */
    static final int END_GAME_PART = 2;

    /** So many of the latest ACKs are said again with a few new ones, in case the datagram that had them was lost. */
    static final int REPEATED_ACKS = 3;

    /** While somebody plays, a peer is asked for what it brings in this time and two round trips; the least, and at first. */
    static final long QUEUE_TIME = SECOND / 4;

    static final long QUEUE_MIN_BYTES = 4L << 10;
    static final long QUEUE_FIRST_BYTES = 16L << 10;

    /** What a peer is thought to bring in a second that has brought nothing yet. */
    static final long ASSUMED_RATE = 64L << 10;

    /** How often to look for chunks that somebody waits for and that come late, and how late at least. */
    static final long RESCUE_PERIOD = 50 * MILLISECOND;

    static final long RESCUE_AFTER = 400 * MILLISECOND;

    /** A peer that takes longer for what it owes us is told to forget it when the reader jumps elsewhere. */
    static final long FORGET_AFTER = 200 * MILLISECOND;

    /** HAVE messages wait this long for company. */
    static final long ANNOUNCE_DELAY = 10 * MILLISECOND;

    static final int ANNOUNCED_RANGES = 64;

    /** Over UDP a HAVE may be lost and nobody would know: all is said again, first soon, then less and less often. */
    static final long ANNOUNCE_AGAIN = SECOND / 4;

    static final int ANNOUNCE_AGAIN_FACTOR = 3;
    static final long ANNOUNCE_AGAIN_MAX = 60 * SECOND;

    /** Uploads that are served at once; the rest is choked. */
    static final int UNCHOKED = 16;

    static final long CHOKE_PERIOD = 10 * SECOND;
    static final long CHOKE_REPEAT = SECOND;

    /** A full disk is tried again this often. */
    static final long STORAGE_RETRY = 5 * SECOND;

    private Limits() {}
}
