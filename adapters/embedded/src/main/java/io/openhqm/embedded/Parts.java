package io.openhqm.embedded;

import java.time.InstantSource;

/**
 * What the ports of one open engine share.
 *
 * @param doubtful rows up to this number were there when a process died; 0: none did
 */
record Parts(
    EmbeddedSettings settings,
    InstantSource clock,
    Board board,
    Writer writer,
    Readers readers,
    EndWaiters ends,
    long doubtful) {}
