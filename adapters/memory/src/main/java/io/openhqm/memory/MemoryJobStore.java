package io.openhqm.memory;

import io.openhqm.core.Claim;
import io.openhqm.core.Ending;
import io.openhqm.core.Job;
import io.openhqm.core.Job.State;
import io.openhqm.core.JobStore;
import io.openhqm.core.Lease;
import io.openhqm.core.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The jobs. */
final class MemoryJobStore extends Port implements JobStore {
  /** How long an expired job is still known, so that its client reads 410 and not 404. */
  private static final Duration KNOWN_AFTER_EXPIRY = Duration.ofHours(1);

  private final Slots slots;
  private final boolean announces;

  /**
   * @param announces whether it announces each end
   */
  MemoryJobStore(Memory memory, boolean announces) {
    super(memory);
    this.announces = announces;
    slots = memory.slots;
  }

  @Override
  public long maxResultBytes() {
    return Integer.MAX_VALUE;
  }

  @Override
  public Creation create(Job job, Optional<Message> held) {
    return locked(
        () -> {
          var creation = memory.create(job);
          if (creation instanceof Creation.Created) {
            slots.find(job.id()).ifPresent(slot -> slots.change(slot, () -> slot.hold(held)));
          }
          return creation;
        });
  }

  @Override
  public void discard(UUID id) {
    locked(
        () -> {
          slots
              .find(id)
              .filter(slot -> slot.job().attempts() == 0)
              .filter(slot -> slot.job().state() instanceof State.Pending)
              .ifPresent(
                  slot -> {
                    slots.remove(slot);
                    memory.waiting.remove(id);
                  });
          return id;
        });
  }

  @Override
  public Optional<Job> find(UUID id) {
    return locked(() -> slots.find(id).map(Slot::job));
  }

  @Override
  public Optional<Job> findByKey(String key) {
    return locked(() -> slots.findByKey(key, memory.clock.instant()).map(Slot::job));
  }

  @Override
  public Optional<Job> awaitEnd(UUID id, Duration atMost) throws InterruptedException {
    memory.lock.lockInterruptibly();
    try {
      long left = atMost.toNanos();
      while (true) {
        requireOpen();
        var job = slots.find(id).map(Slot::job);
        if (left <= 0 || job.isEmpty() || job.get().status().isTerminal()) {
          return job;
        }
        left = slots.endOf(id).awaitNanos(left);
      }
    } finally {
      memory.lock.unlock();
    }
  }

  @Override
  public Claim claim(UUID id, Duration lease) {
    return locked(
        () -> {
          var found = slots.find(id);
          if (found.isEmpty()) {
            return new Claim.Unknown();
          }
          var slot = found.get();
          var now = memory.now();
          return switch (slot.job().state()) {
            case State.Ended ended -> new Claim.Finished(slot.job());
            case State.Pending waits when waits.notBefore().isAfter(now) ->
                new Claim.NotDue(waits.notBefore());
            case State.Processing running when running.leaseUntil().isAfter(now) ->
                new Claim.Held(running.leaseUntil());
            case State.Pending due -> granted(slot, now, lease);
            case State.Processing abandoned -> granted(slot, now, lease);
          };
        });
  }

  private Claim granted(Slot slot, Instant now, Duration lease) {
    var fence = new long[1];
    slots.change(slot, () -> fence[0] = slot.claim(now, lease));
    return new Claim.Granted(new Lease(slot.job().id(), fence[0]), slot.job());
  }

  @Override
  public Extension extend(Lease lease, Duration duration) {
    return locked(
        () -> {
          var slot = leased(lease);
          if (slot.isEmpty() || !(slot.get().job().state() instanceof State.Processing running)) {
            return Extension.LOST;
          }
          slots.change(slot.get(), () -> slot.get().extend(running, memory.now(), duration));
          return running.cancelRequested() ? Extension.CANCEL_REQUESTED : Extension.EXTENDED;
        });
  }

  @Override
  public boolean complete(Lease lease, Ending ending, Duration ttl) {
    return locked(
        () -> {
          var slot = leased(lease);
          slot.ifPresent(one -> end(one, ending, ttl));
          return slot.isPresent();
        });
  }

  @Override
  public boolean release(
      Lease lease, Instant notBefore, Optional<String> error, Optional<Message> held) {
    return locked(
        () -> {
          var slot = leased(lease).filter(one -> !one.isCancelRequested());
          slot.ifPresent(
              one ->
                  slots.change(
                      one,
                      () -> {
                        one.release(memory.now(), notBefore, error);
                        one.hold(held.or(one::held));
                      }));
          return slot.isPresent();
        });
  }

  private void end(Slot slot, Ending ending, Duration ttl) {
    slots.change(slot, () -> slot.end(ending, memory.now(), ttl));
    if (announces) {
      memory.announce(slot.job());
    }
  }

  private Optional<Slot> leased(Lease lease) {
    return slots.find(lease.jobId()).filter(slot -> slot.isLeased(lease.fence()));
  }

  @Override
  public Cancellation cancel(UUID id, Duration ttl) {
    return locked(
        () -> {
          var found = slots.find(id);
          if (found.isEmpty()) {
            return new Cancellation.Unknown();
          }
          var slot = found.get();
          return switch (slot.job().state()) {
            case State.Ended ended -> new Cancellation.Finished(slot.job());
            case State.Pending waits -> {
              end(slot, new Ending.Cancelled(), ttl);
              memory.waiting.remove(id);
              yield new Cancellation.Cancelled(slot.job());
            }
            case State.Processing running -> {
              slots.change(slot, () -> slot.requestCancel(running, memory.now()));
              yield new Cancellation.Requested(slot.job());
            }
          };
        });
  }

  @Override
  public List<Overdue> overdue(int limit) {
    return locked(
        () ->
            slots.overdue(memory.now(), limit).stream()
                .map(slot -> new Overdue(slot.job(), messageOf(slot)))
                .toList());
  }

  private Optional<Message> messageOf(Slot slot) {
    return slot.held().or(() -> memory.waiting.find(slot.job().id()));
  }

  @Override
  public void handedOver(UUID id, Instant due) {
    locked(
        () -> {
          slots
              .find(id)
              .filter(
                  slot ->
                      !(slot.job().state() instanceof Job.State.Pending waits)
                          || waits.notBefore().equals(due))
              .ifPresent(slot -> slots.change(slot, () -> slot.hold(Optional.empty())));
          return id;
        });
  }

  @Override
  public int purgeExpired(int limit) {
    return locked(
        () -> {
          var old = slots.expired(memory.now().minus(KNOWN_AFTER_EXPIRY), limit);
          old.forEach(slots::remove);
          return old.size();
        });
  }
}
