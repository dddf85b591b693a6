package io.openhqm.server;

import io.openhqm.core.Attempt;
import io.openhqm.core.PermanentException;
import io.openhqm.core.Processor;
import io.openhqm.core.Result;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The processor {@code closing}: counts how many of it are open. Found in a {@link ProcessorJar}.
 */
public final class ClosingProcessor implements Processor {
  static final AtomicInteger OPEN = new AtomicInteger();

  @Override
  public String name() {
    return "closing";
  }

  @Override
  public void start(java.util.Map<String, Object> config) {
    OPEN.incrementAndGet();
  }

  @Override
  public Result process(Attempt attempt) throws PermanentException {
    throw new PermanentException("it only opens and closes");
  }

  @Override
  public void close() {
    OPEN.decrementAndGet();
  }
}
