package org.ppspp.gateway;

import java.util.function.Supplier;
import org.ppspp.Playable;

/**
 * Something to serve.
 *
 * @param playable its bytes
 * @param status how it stands; asked about once a second while somebody looks, and must not take long
 */
public record GatewayContent(Playable playable, Supplier<ContentStatus> status) {}
