package io.openhqm.aws.lambda;

import io.openhqm.core.BlobStore;
import io.openhqm.core.Bytes;
import io.openhqm.core.Engine;
import io.openhqm.core.Intake;
import io.openhqm.core.JobStore;
import io.openhqm.core.RequestQueue;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * An engine that keeps bodies and is opened when the first big one comes: most functions never see
 * one, and its client would cost each cold start as much as all else. Safe for use by many threads.
 */
public final class LateEngine implements Engine, BlobStore {
  private final Supplier<Engine> open;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile Optional<Engine> opened = Optional.empty();

  /**
   * @param open opens an engine that keeps bodies; called once
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
