package io.openhqm.core;

import java.util.Optional;

/**
 * Keeps bodies that are too big for a message or a table item (claim check). Safe for use by many
 * threads; calls block. After {@link #close} every method throws {@link UnavailableException}.
 */
public interface BlobStore extends AutoCloseable {
  /** The longest key, in characters of {@code A-Z a-z 0-9 / . _ -}. */
  int KEY_LENGTH_MAX = 200;

  /**
   * Stores {@code bytes} under {@code key}, over what was there; when this returns, they survive
   * the loss of this process.
   *
   * @throws UnavailableException if they could not be stored
   * @throws IllegalArgumentException if the key is not of the form above
   */
  void put(String key, Bytes bytes);

  /**
   * What is under {@code key}.
   *
   * @throws UnavailableException if the store gave no answer
   */
  Optional<Bytes> get(String key);

  /** Removes it, if it is there. */
  void delete(String key);

  @Override
  void close();
}
