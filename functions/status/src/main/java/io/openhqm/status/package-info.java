/**
 * Polling: status, response, body, wait and cancel. It sees the core only: no server, no cloud, no
 * engine.
 */
@NullMarked
package io.openhqm.status;

import org.jspecify.annotations.NullMarked;
