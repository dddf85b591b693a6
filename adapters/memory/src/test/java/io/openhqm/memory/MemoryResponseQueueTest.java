package io.openhqm.memory;

import io.openhqm.core.Engine;
import io.openhqm.tck.ResponseQueueContract;
import java.util.List;

final class MemoryResponseQueueTest extends ResponseQueueContract {
  @Override
  protected Engine open() {
    return new MemoryEngine(time(), 10_000);
  }

  @Override
  protected List<String> taken(Engine from) {
    return ((MemoryEngine) from).takeAnnouncements(100);
  }
}
