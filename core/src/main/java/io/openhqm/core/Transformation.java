package io.openhqm.core;

/**
 * Makes the payload of a call out of a message. Found by {@link java.util.ServiceLoader} under the
 * name that stands in a route's {@code transform_type}.
 */
public interface Transformation {
  /** The largest payload that may be made, in bytes. */
  int RESULT_BYTES_MAX = 64 * 1024 * 1024;

  /** The name in configuration, lower case. */
  String name();

  /**
   * Called once for each route, at the start.
   *
   * @param text what stands in the route's {@code transform}; not empty
   * @throws IllegalArgumentException if it is not valid; the message says what is wrong and where
   *     in the text, in words that go on from "is", and repeats of the text nothing but names
   */
  Compiled compile(String text);

  /** A text that was found valid. Safe for use by many threads. */
  @FunctionalInterface
  interface Compiled {
    /**
     * The payload of the call: JSON. Bounded in time and in memory as far as can be; stops when the
     * thread is interrupted.
     *
     * @param message as the client submitted it, its payload inline; {@link
     *     io.openhqm.core.transform.MessageJson} is all of it as one JSON text
     * @throws PermanentException if nothing can be made of this message; the words are shown to
     *     clients and repeat nothing of the message
     */
    Bytes apply(Message message) throws PermanentException, InterruptedException;
  }
}
