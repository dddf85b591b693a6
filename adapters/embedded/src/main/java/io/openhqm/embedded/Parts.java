package io.openhqm.embedded;

import java.time.InstantSource;

/** What the ports of one open engine share. */
record Parts(
    EmbeddedSettings settings,
    InstantSource clock,
    Board board,
    Writer writer,
    Readers readers,
    EndWaiters ends) {}
