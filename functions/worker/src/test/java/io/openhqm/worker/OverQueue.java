package io.openhqm.worker;

import io.openhqm.core.DeadLetters;
import io.openhqm.core.Delivery;
import io.openhqm.core.Message;
import io.openhqm.core.QueueFeatures;
import io.openhqm.core.RequestQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A queue of a test: the real one, but for what the test says. Does not close the real one. */
interface OverQueue extends RequestQueue {
  RequestQueue real();

  @Override
  default QueueFeatures features() {
    return real().features();
  }

  @Override
  default void send(Message message, Instant notBefore) {
    real().send(message, notBefore);
  }

  @Override
  default List<Delivery> receive(int max, Duration visibility, Duration wait)
      throws InterruptedException {
    return real().receive(max, visibility, wait);
  }

  @Override
  default DeadLetters deadLetters() {
    return real().deadLetters();
  }

  @Override
  default Depth depth() {
    return real().depth();
  }

  @Override
  default void close() {}
}
