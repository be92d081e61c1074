/**
 * Content and hashes on disk, and the workers that read, write and hash them.
 *
 * <p>{@link org.ppspp.storage.LocalContent} is the files of one content: {@code NAME.part} and its state while incomplete,
 * {@code NAME} once complete, {@code NAME.hashes} beside it. {@link org.ppspp.storage.StorageWorkers} does the engine's
 * storage jobs with it. What is on disk is believed only as far as hashes verify it, and no file of the user's is replaced
 * unasked.
 */
@NullMarked
package org.ppspp.storage;

import org.jspecify.annotations.NullMarked;
