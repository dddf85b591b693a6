package io.openhqm.memory;

import io.openhqm.core.Engine;
import io.openhqm.tck.IntakeContract;

final class MemoryIntakeTest extends IntakeContract {
  @Override
  protected Engine open() {
    return new MemoryEngine(time(), 1_000_000);
  }
}
