/**
 * Queue, jobs and bodies in the memory of one process, for tests and throw-away runs. Nothing
 * survives the process.
 */
@NullMarked
package io.openhqm.memory;

import org.jspecify.annotations.NullMarked;
