package io.openhqm.memory;

import io.openhqm.core.Engine;
import io.openhqm.tck.JobStoreContract;
import java.time.Duration;

final class MemoryJobStoreTest extends JobStoreContract {
  @Override
  protected Engine open() {
    return new MemoryEngine(time(), 1_000_000);
  }

  @Override
  protected Duration knownAfterExpiry() {
    return Duration.ofHours(1);
  }
}
