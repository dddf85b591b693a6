package io.openhqm.core;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Keeps bodies that are too big for a message or a table item (claim check). Safe for use by many
 * threads; calls block. After {@link #close} every method throws {@link UnavailableException}.
 */
public interface BlobStore extends AutoCloseable {
  /** The longest key, in characters of {@code A-Z a-z 0-9 / . _ -}. */
  int KEY_LENGTH_MAX = 200;

  /**
   * What is kept under a key.
   *
   * @param key the key
   * @param putAt when it was last put; not later than that, and perhaps earlier
   */
  record Kept(String key, Instant putAt) {}

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

  /** As {@link #get(String)}, for whom it matters how much there will be. */
  default Optional<Bytes> get(Body.Stored body) {
    return get(body.key());
  }

  /** Removes it, if it is there. */
  void delete(String key);

  /**
   * A page of what is kept, in the order of the keys' characters, so that the sweep can look for
   * what nobody needs any more. A store that forgets by a rule of its own, such as the lifecycle of
   * a bucket, lists nothing.
   *
   * @param after only greater keys; empty: from the first
   * @param limit how many at most; 1 or more
   * @throws UnavailableException if the store gave no answer
   */
  default List<Kept> list(Optional<String> after, int limit) {
    return List.of();
  }

  /**
   * How long a body is kept at most after it was put, by a rule of the store's own; empty: until it
   * is deleted.
   */
  default Optional<Duration> keepsFor() {
    return Optional.empty();
  }

  @Override
  void close();
}
