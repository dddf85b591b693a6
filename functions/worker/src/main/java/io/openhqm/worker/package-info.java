/**
 * Queue to HTTP: claims a delivery, has it worked on, records the result and settles. It sees the
 * core only: no server, no cloud, no engine.
 */
@NullMarked
package io.openhqm.worker;

import org.jspecify.annotations.NullMarked;
