package org.ppspp.engine;

import org.jspecify.annotations.Nullable;
import org.ppspp.wire.MessageType;
import org.ppspp.wire.SupportedMessages;

/** How one peer and we stand in peer exchange: what either may still ask, and whether others may hear of it (rule R18). */
final class ExchangePartner {
    private static final long LONG_AGO = Long.MIN_VALUE / 2;

    private SupportedMessages supported = SupportedMessages.ALL;
    private long askAt = Long.MAX_VALUE;
    private long askedAt = LONG_AGO;
    private long answeredAt = LONG_AGO;
    private int heard;
    private boolean hasAnswered;
    private long dataSentAt = LONG_AGO;
    private long exchangedAt = LONG_AGO;
    private long unprovenAt = LONG_AGO;
    private long verifyingSince = LONG_AGO;
    private int verified;
    private int defective;
    private Membership.@Nullable Proof membership;

    /** The handshake told which messages the peer takes. */
    void supports(SupportedMessages messages) {
        supported = messages;
    }

    boolean supports(int type) {
        return supported.supports(type);
    }

    // --- chunks, which make a peer worth telling of

    void dataSent(long now) {
        dataSentAt = now;
    }

    /** The peer has chunks it did not have; those may be ours. */
    void gained(long now) {
        if (now - dataSentAt < Limits.EXCHANGE_WINDOW) {
            exchangedAt = now;
        }
    }

    /** A chunk of the peer's was verified. */
    void gave(long now) {
        exchangedAt = now;
    }

    /** Whether verified content went between us within the last minute (RFC 7574 §3.10.1 asks for any message). */
    boolean exchanges(long now) {
        return now - exchangedAt < Limits.EXCHANGE_WINDOW;
    }

    /** A chunk came that only the whole content can prove. */
    void gaveUnproven(long now) {
        unprovenAt = now;
    }

    /** When content went between us that was of use, or may prove to be. */
    long usefulAt() {
        return Math.max(exchangedAt, unprovenAt);
    }

    // --- our questions

    long askAt() {
        return askAt;
    }

    void askAt(long at) {
        askAt = supports(MessageType.PEX_REQ) ? at : Long.MAX_VALUE;
    }

    /** We ask; a peer that had nothing to say so far is asked again sooner. */
    void ask(long now) {
        askedAt = now;
        heard = 0;
        askAt(now + (hasAnswered ? Limits.EXCHANGE_AGAIN : Limits.EXCHANGE_SOONER));
    }

    /** Counts one result; whether it is one we asked for, and not one too many. */
    boolean hears(long now) {
        if (now - askedAt >= Limits.EXCHANGE_WINDOW || heard >= Limits.EXCHANGE_RESULTS) {
            return false;
        }
        heard++;
        hasAnswered = true;
        return true;
    }

    // --- the peer's questions

    boolean mayAsk(long now) {
        return now - answeredAt >= Limits.EXCHANGE_WINDOW;
    }

    void answered(long now) {
        answeredAt = now;
    }

    // --- certificates

    /** Counts a certificate that is to be verified; false if this peer has had its share, or sent defective ones. */
    boolean verifies(long now) {
        if (now - verifyingSince >= Limits.EXCHANGE_WINDOW) {
            verifyingSince = now;
            verified = 0;
        }
        return defective < Limits.DEFECTIVE_CERTIFICATES && verified++ < Limits.CERTIFICATES_PER_WINDOW;
    }

    void sentDefective() {
        defective++;
    }

    /** The peer has proven its own membership. */
    void member(Membership.Proof proof) {
        membership = proof;
    }

    /** The proof of its membership, or null without one that is valid. */
    Membership.@Nullable Proof membership(long epochMicros) {
        Membership.Proof proof = membership;
        return proof == null || epochMicros >= proof.member().untilMicros() ? null : proof;
    }
}
