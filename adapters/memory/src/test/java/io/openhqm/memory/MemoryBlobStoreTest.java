package io.openhqm.memory;

import io.openhqm.core.Engine;
import io.openhqm.tck.BlobStoreContract;

final class MemoryBlobStoreTest extends BlobStoreContract {
  @Override
  protected Engine open() {
    return new MemoryEngine(time(), 1_000_000);
  }
}
