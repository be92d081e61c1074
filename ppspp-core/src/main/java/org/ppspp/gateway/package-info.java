/**
 * Content over HTTP: at a URL that any player takes, and a page that shows it with what its swarm does.
 *
 * <p>{@link org.ppspp.gateway.Gateway} is the server. It knows content as a {@link org.ppspp.Playable} and how it stands as a
 * {@link org.ppspp.gateway.ContentStatus}. {@code RequestGate} says who may ask and {@code Route} what for; a
 * {@code Conversation} is one connection. Everything happens on one thread, and bytes come and go as fast as the slower of
 * swarm and viewer.
 */
@NullMarked
package org.ppspp.gateway;

import org.jspecify.annotations.NullMarked;
