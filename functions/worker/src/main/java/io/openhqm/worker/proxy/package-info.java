/**
 * The processor that forwards a message to an HTTP backend and takes its answer. Bounded in time
 * and size, and only to where the outbound guard lets it.
 */
@NullMarked
package io.openhqm.worker.proxy;

import org.jspecify.annotations.NullMarked;
