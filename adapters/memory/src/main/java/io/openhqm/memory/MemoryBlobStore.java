package io.openhqm.memory;

import io.openhqm.core.BlobStore;
import io.openhqm.core.Bytes;
import java.util.Optional;
import java.util.regex.Pattern;

/** The bodies. */
final class MemoryBlobStore extends Port implements BlobStore {
  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9/._-]{1," + KEY_LENGTH_MAX + "}");

  MemoryBlobStore(Memory memory) {
    super(memory);
  }

  @Override
  public void put(String key, Bytes bytes) {
    if (!KEY.matcher(key).matches()) {
      throw new IllegalArgumentException(
          "a blob's key must be 1 to "
              + KEY_LENGTH_MAX
              + " characters of A-Z a-z 0-9 / . _ - but one has "
              + key.length()
              + " or others");
    }
    locked(
        () -> {
          if (!memory.blobs.containsKey(key)) {
            memory.requireRoom("blobs", memory.blobs.size());
          }
          return Optional.ofNullable(memory.blobs.put(key, bytes));
        });
  }

  @Override
  public Optional<Bytes> get(String key) {
    return locked(() -> Optional.ofNullable(memory.blobs.get(key)));
  }

  @Override
  public void delete(String key) {
    locked(() -> Optional.ofNullable(memory.blobs.remove(key)));
  }
}
