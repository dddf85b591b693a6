package io.openhqm.tck;

import io.openhqm.core.Bytes;
import io.openhqm.core.Engine;
import io.openhqm.core.Job;
import io.openhqm.core.Message;
import io.openhqm.core.Metadata;
import io.openhqm.core.Priority;
import io.openhqm.core.UuidV7;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;

/**
 * What the contracts share: how an engine is opened for a test, and how time passes for it.
 *
 * <p>An engine that takes an {@link InstantSource} is opened with {@link #time()} and needs nothing
 * else. One that lives by real time overrides {@link #time()} with the system's clock, {@link
 * #passTime} with something that really waits, and {@link #tick()} with the shortest time that it
 * tells apart from none, say 300 ms.
 */
public abstract class EngineContract {
  private final ManualClock clock = new ManualClock();
  private final Random random = new Random(20260101);
  private final List<Engine> opened = new ArrayList<>();

  /** Opens an engine that is empty and that no other test uses. Called once a test. */
  protected abstract Engine open() throws Exception;

  /**
   * Opens what {@link #open} opened once more, after it was closed: what was acknowledged must be
   * there. Empty: it does not outlive its process, and the rules about that are reported as
   * skipped.
   */
  protected Optional<Engine> reopen() throws Exception {
    return Optional.empty();
  }

  /** The clock by which the engine lives. */
  protected InstantSource time() {
    return clock;
  }

  /** Returns when {@code duration} is over by the engine's clock. */
  protected void passTime(Duration duration) throws InterruptedException {
    clock.advance(duration);
  }

  /** The unit in which timed rules count; leases and delays are a few of it. */
  protected Duration tick() {
    return Duration.ofSeconds(10);
  }

  /** How long the engine under test goes on knowing an expired job; the rule waits as long. */
  protected Duration knownAfterExpiry() {
    return Duration.ofDays(1);
  }

  /** How many seeds the brute-force rules try. */
  protected int seeds() {
    return 20;
  }

  @AfterEach
  final void closeEngines() {
    opened.forEach(Engine::close);
  }

  final Engine opened() throws Exception {
    var engine = open();
    opened.add(engine);
    return engine;
  }

  final Optional<Engine> reopened(Engine before) throws Exception {
    before.close();
    var engine = reopen();
    engine.ifPresent(opened::add);
    return engine;
  }

  final boolean isRealTime() {
    return time() != clock;
  }

  final Instant now() {
    return time().instant().truncatedTo(ChronoUnit.MILLIS);
  }

  final Duration ticks(int count) {
    return tick().multipliedBy(count);
  }

  private final UuidV7 ids = new UuidV7(this::instantForIds, random);

  private Instant instantForIds() {
    return time().instant();
  }

  final UUID newId() {
    synchronized (random) {
      return ids.next();
    }
  }

  /** A job that is due now. */
  final Job newJob() {
    return newJobDue(now());
  }

  final Job newJobDue(Instant notBefore) {
    return Job.pending(newId(), now(), notBefore, Optional.empty());
  }

  final Job newJobWithKey(String key) {
    return newJobWithKey(newId(), key);
  }

  final Job newJobWithKey(UUID id, String key) {
    var idempotency = new Job.Idempotency(key, Samples.bytes(random, 32));
    return Job.pending(id, now(), now(), Optional.of(idempotency));
  }

  final Message newMessage() {
    return newMessage(newId());
  }

  final Message newMessage(UUID id) {
    return newMessage(id, Priority.NORMAL, Optional.empty());
  }

  final Message newMessageOf(String session) {
    return newMessage(newId(), Priority.NORMAL, Optional.of(session));
  }

  final Message newMessage(UUID id, Priority priority, Optional<String> session) {
    var metadata =
        new Metadata(
            Optional.of("orders"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            priority,
            session,
            Bytes.empty());
    return Samples.message(id, now(), metadata, Bytes.utf8("{\"id\":\"" + id + "\"}"));
  }
}
