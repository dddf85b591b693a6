package io.openhqm.core;

import static java.util.Objects.requireNonNull;

/**
 * The body of a message or of a result: carried along, or left with a {@link BlobStore} because it
 * is too big to travel (claim check).
 */
public sealed interface Body {
  /** The body itself. */
  record Inline(Bytes bytes) implements Body {
    public Inline {
      requireNonNull(bytes, "bytes");
    }

    @Override
    public long length() {
      return bytes.length();
    }
  }

  /**
   * A claim check.
   *
   * @param key the name under which the {@link BlobStore} keeps the bytes
   * @param length how many bytes it keeps there
   */
  record Stored(String key, long length) implements Body {
    public Stored {
      requireNonNull(key, "key");
      if (key.isEmpty() || length < 0) {
        throw new IllegalArgumentException(
            "need a key and length >= 0 but got '" + key + "' and " + length);
      }
    }
  }

  /** The size of the body in bytes. */
  long length();

  /** A body of these bytes. */
  static Body of(Bytes bytes) {
    return new Inline(bytes);
  }

  /** A body of no bytes. */
  static Body empty() {
    return new Inline(Bytes.empty());
  }
}
