package io.openhqm.memory;

import io.openhqm.core.BlobStore;
import io.openhqm.core.Bytes;
import io.openhqm.memory.Memory.Blob;
import java.util.List;
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
          return Optional.ofNullable(memory.blobs.put(key, new Blob(bytes, memory.now())));
        });
  }

  @Override
  public Optional<Bytes> get(String key) {
    return locked(() -> Optional.ofNullable(memory.blobs.get(key)).map(Blob::bytes));
  }

  @Override
  public void delete(String key) {
    locked(() -> Optional.ofNullable(memory.blobs.remove(key)));
  }

  @Override
  public List<Kept> list(Optional<String> after, int limit) {
    return locked(
        () ->
            after
                .map(key -> memory.blobs.tailMap(key, false))
                .orElse(memory.blobs)
                .entrySet()
                .stream()
                .limit(limit)
                .map(entry -> new Kept(entry.getKey(), entry.getValue().putAt()))
                .toList());
  }
}
