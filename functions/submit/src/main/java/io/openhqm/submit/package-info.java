/**
 * HTTP to queue: validates a submission, records it and answers 202. It sees the core only: no
 * server, no cloud, no engine.
 */
@NullMarked
package io.openhqm.submit;

import org.jspecify.annotations.NullMarked;
