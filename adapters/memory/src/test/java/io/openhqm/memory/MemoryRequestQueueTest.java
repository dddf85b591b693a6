package io.openhqm.memory;

import io.openhqm.core.Engine;
import io.openhqm.tck.RequestQueueContract;

final class MemoryRequestQueueTest extends RequestQueueContract {
  @Override
  protected Engine open() {
    return new MemoryEngine(time(), 1_000_000);
  }
}
