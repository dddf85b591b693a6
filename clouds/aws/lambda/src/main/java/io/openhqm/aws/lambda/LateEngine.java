package io.openhqm.aws.lambda;

import io.openhqm.core.BlobStore;
import io.openhqm.core.Bytes;
import io.openhqm.core.Engine;
import io.openhqm.core.Intake;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore;
import io.openhqm.core.RequestQueue;
import io.openhqm.core.ResponseQueue;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * An engine that keeps bodies or announces ends, and is opened when there is the first one: most
 * functions never see a big body, or a job that is cancelled, and the client would cost each cold
 * start as much as all else. Safe for use by many threads.
 */
public final class LateEngine implements Engine, BlobStore, ResponseQueue {
  private final Supplier<Engine> open;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile Optional<Engine> opened = Optional.empty();

  /**
   * @param open opens an engine that does what it will be asked for; called once
   */
  public LateEngine(Supplier<Engine> open) {
    this.open = open;
  }

  private Engine engine() {
    var there = opened;
    return there.isPresent() ? there.get() : openedNow();
  }

  private Engine openedNow() {
    lock.lock();
    try {
      if (opened.isEmpty()) {
        opened = Optional.of(open.get());
      }
      return opened.get();
    } finally {
      lock.unlock();
    }
  }

  private BlobStore bodies() {
    return engine().blobs().orElseThrow();
  }

  @Override
  public void put(String key, Bytes bytes) {
    bodies().put(key, bytes);
  }

  @Override
  public Optional<Bytes> get(String key) {
    return bodies().get(key);
  }

  @Override
  public void delete(String key) {
    bodies().delete(key);
  }

  @Override
  public Optional<Duration> keepsFor() {
    return bodies().keepsFor();
  }

  @Override
  public Optional<RequestQueue> queue() {
    return Optional.empty();
  }

  @Override
  public Optional<JobStore> store() {
    return Optional.empty();
  }

  @Override
  public Optional<BlobStore> blobs() {
    return Optional.of(this);
  }

  @Override
  public void announce(Job job) {
    engine().responses().orElseThrow().announce(job);
  }

  @Override
  public Optional<ResponseQueue> responses() {
    return Optional.of(this);
  }

  @Override
  public Optional<Intake> intake() {
    return Optional.empty();
  }

  @Override
  public Health health() {
    return engine().health();
  }

  @Override
  public void close() {
    opened.ifPresent(Engine::close);
  }
}
