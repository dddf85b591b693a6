package io.openhqm.core;

import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * UUIDs of version 7 (RFC 9562 §5.7) that only ever grow within one process: 48 bits of Unix
 * milliseconds, 12 bits that count within the millisecond (method 1 of §6.2), 62 random bits. When
 * more than 4,096 are asked for in a millisecond, or the clock goes back, the time part runs ahead
 * of the clock instead. Safe for use by many threads if {@code random} is.
 */
public final class UuidV7 implements IdSource {
  private final InstantSource clock;
  private final RandomGenerator random;
  private final AtomicLong last = new AtomicLong();

  /**
   * @param random must be hard to guess where ids are what protects results: a {@code SecureRandom}
   *     in production
   */
  public UuidV7(InstantSource clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  @Override
  public UUID next() {
    long now = clock.millis() << 12;
    long timeAndCount = last.updateAndGet(before -> Math.max(before + 1, now));
    long high = (timeAndCount >>> 12) << 16 | 0x7000L | (timeAndCount & 0xfffL);
    long low = random.nextLong() & 0x3fffffffffffffffL | 0x8000000000000000L;
    return new UUID(high, low);
  }
}
