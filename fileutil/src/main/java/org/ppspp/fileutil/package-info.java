/**
 * The command line tool that makes files, hashes them, names their swarms and checks files against a name.
 *
 * <p>Hashing itself is the core's; this is options, progress and the report, as text or JSON.
 */
@NullMarked
package org.ppspp.fileutil;

import org.jspecify.annotations.NullMarked;
