/**
 * The command-line peer: parses what the user asks for, runs one transfer, shows how it goes and says how it ended.
 *
 * <p>The options become {@code Arguments}, and those a {@code Plan}. A {@code Session} runs it on one thread, {@code StopRule}
 * decides when it ends and with which exit code, {@code Display} says what happens, to humans or as JSON.
 */
@NullMarked
package org.ppspp.client;

import org.jspecify.annotations.NullMarked;
