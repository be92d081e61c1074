/**
 * Where live streams come from: standard input, files, sockets, HTTP, or a generator. {@link org.ppspp.media.input.LiveInput}
 * is all that others need.
 */
@NullMarked
package org.ppspp.media.input;

import org.jspecify.annotations.NullMarked;
