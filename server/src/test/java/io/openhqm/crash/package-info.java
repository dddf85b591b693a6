/** The server under SIGKILL. Slow, and the only proof of what a power cut leaves behind. */
@org.jspecify.annotations.NullMarked
package io.openhqm.crash;
