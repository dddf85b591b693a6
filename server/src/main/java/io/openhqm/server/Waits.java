package io.openhqm.server;

import io.openhqm.core.Claim;
import io.openhqm.core.Ending;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore;
import io.openhqm.core.Lease;
import io.openhqm.core.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The requests that wait for a job to end ({@code Prefer: wait}), so that they can be answered when
 * the server stops. Only the wait is interrupted, never what comes before it: a submission that is
 * being stored is stored, and its client learns its id. Safe for use by many threads.
 */
final class Waits {
  private final Set<Thread> waiting = new HashSet<>();
  private boolean over;

  /** Ends all waits, now and from now on. */
  synchronized void end() {
    over = true;
    waiting.forEach(Thread::interrupt);
  }

  private synchronized void begin() throws InterruptedException {
    if (over) {
      throw new InterruptedException();
    }
    waiting.add(Thread.currentThread());
  }

  private synchronized void leave() {
    waiting.remove(Thread.currentThread());
    if (over) {
      // An interrupt that came too late would close the socket before the answer.
      Thread.interrupted();
    }
  }

  /** The same store, in which waits can be ended. */
  JobStore in(JobStore store) {
    return new Store(store);
  }

  private final class Store implements JobStore {
    private final JobStore real;

    Store(JobStore real) {
      this.real = real;
    }

    @Override
    public Optional<Job> awaitEnd(UUID id, Duration atMost) throws InterruptedException {
      begin();
      try {
        return real.awaitEnd(id, atMost);
      } finally {
        leave();
      }
    }

    @Override
    public long maxResultBytes() {
      return real.maxResultBytes();
    }

    @Override
    public Creation create(Job job, Optional<Message> held) {
      return real.create(job, held);
    }

    @Override
    public void discard(UUID id) {
      real.discard(id);
    }

    @Override
    public Optional<Job> find(UUID id) {
      return real.find(id);
    }

    @Override
    public Optional<Job> findByKey(String key) {
      return real.findByKey(key);
    }

    @Override
    public Claim claim(UUID id, Duration lease) {
      return real.claim(id, lease);
    }

    @Override
    public Extension extend(Lease lease, Duration duration) {
      return real.extend(lease, duration);
    }

    @Override
    public boolean complete(Lease lease, Ending ending, Duration ttl) {
      return real.complete(lease, ending, ttl);
    }

    @Override
    public boolean release(
        Lease lease, Instant notBefore, Optional<String> error, Optional<Message> held) {
      return real.release(lease, notBefore, error, held);
    }

    @Override
    public Cancellation cancel(UUID id, Duration ttl) {
      return real.cancel(id, ttl);
    }

    @Override
    public List<Overdue> overdue(int limit) {
      return real.overdue(limit);
    }

    @Override
    public void handedOver(UUID id, Instant due) {
      real.handedOver(id, due);
    }

    @Override
    public int purgeExpired(int limit) {
      return real.purgeExpired(limit);
    }

    @Override
    public void close() {
      real.close();
    }
  }
}
