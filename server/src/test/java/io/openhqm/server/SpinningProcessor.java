package io.openhqm.server;

import io.openhqm.core.Attempt;
import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.Processor;
import io.openhqm.core.Result;
import java.util.concurrent.atomic.AtomicInteger;

/** The processor {@code spinning}: computes without a pause until it is told to stop. */
public final class SpinningProcessor implements Processor {
  static final AtomicInteger BEGUN = new AtomicInteger();
  static volatile boolean spins;

  @Override
  public String name() {
    return "spinning";
  }

  @Override
  public Result process(Attempt attempt) {
    BEGUN.incrementAndGet();
    while (spins) {
      Thread.onSpinWait();
    }
    return new Result(200, Headers.none(), Body.of(Bytes.utf8("dizzy")));
  }
}
