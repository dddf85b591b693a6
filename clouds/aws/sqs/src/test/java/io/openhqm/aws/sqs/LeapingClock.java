package io.openhqm.aws.sqs;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import org.elasticmq.util.NowProvider;

/**
 * The system's clock, put forward when a test wants time to have passed. An ElasticMQ that lives by
 * it need not be waited for; that it goes on by itself as well is what ElasticMQ needs, which takes
 * the time of sending from the system.
 */
final class LeapingClock implements InstantSource {
  private final AtomicLong leapt = new AtomicLong();

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(System.currentTimeMillis() + leapt.get());
  }

  void leap(Duration duration) {
    leapt.addAndGet(duration.toMillis());
  }

  NowProvider forElasticMq() {
    return new NowProvider() {
      @Override
      public long nowMillis() {
        return instant().toEpochMilli();
      }
    };
  }
}
