package io.openhqm.embedded;

import io.openhqm.core.Claim;
import io.openhqm.core.Job;
import io.openhqm.core.JobStore;
import io.openhqm.core.Lease;
import io.openhqm.core.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What is known in memory: the next messages to deliver, those that wait for their time, those that
 * are with a worker, and the leases. It is bounded; the file is what counts and holds the rest.
 * Changes that must survive are made here only after their commit. Every method but the blocking
 * ones needs {@link #lock}, which nobody holds across I/O.
 */
final class Board {
  /**
   * A worker of this process is alive as long as the process is, so a lost lease shows in memory
   * only.
   */
  final ReentrantLock lock = new ReentrantLock();

  /**
   * With so many known, no more are read of those whose time has come: they may all wait for one
   * full lane, and only memory would grow. Some 30 MB.
   */
  static final int KNOWN_MAX = 65_536;

  private final Condition available = lock.newCondition();
  private final InstantSource clock;
  private final int window;
  private final long cachedBytesMax;
  private final Map<UUID, Entry> entries = new HashMap<>();
  private final Set<Entry> out = new HashSet<>();
  private final Lanes lanes = new Lanes();
  private final DelayList delayed = new DelayList();
  private final Set<Long> goneWhileReading = new HashSet<>();
  private List<Entry> dirtyClaims = new ArrayList<>();
  private int readers;
  private int choosyReceivers;
  private long nextReturn = Long.MAX_VALUE;
  private long cachedBytes;
  private volatile boolean closed;
  private volatile long messages;
  private volatile long deadLetters;

  Board(InstantSource clock, int window, long cachedBytesMax) {
    this.clock = clock;
    this.window = window;
    this.cachedBytesMax = cachedBytesMax;
  }

  Lanes lanes() {
    return lanes;
  }

  void checkOpen() {
    if (closed) {
      throw new UnavailableException("the embedded engine is closed", Duration.ofSeconds(1));
    }
  }

  /** From now on nothing is handed out, and who waits is told. */
  void close() {
    lock.lock();
    try {
      closed = true;
      available.signalAll();
    } finally {
      lock.unlock();
    }
  }

  // What the file holds ------------------------------------------------------------------------

  long messages() {
    return messages;
  }

  @SuppressWarnings("NonAtomicOperationOnVolatileField") // written under the lock only
  void countMessages(long more) {
    messages += more;
  }

  long deadLetters() {
    return deadLetters;
  }

  @SuppressWarnings("NonAtomicOperationOnVolatileField") // written under the lock only
  void countDeadLetters(long more) {
    deadLetters += more;
  }

  /** A message was just accepted and can be delivered at once. */
  void accepted(Entry entry) {
    if (lanes.of(entry).add(entry, windowOfLane())) {
      entry.place = Entry.Place.READY;
      entries.put(entry.id, entry);
      keep(entry);
      wakeReceiver();
    } else {
      drop(entry);
    }
  }

  /** An older message can be delivered now, and the file says so. */
  void becameReady(Entry entry) {
    unplace(entry);
    if (lanes.of(entry).addOlder(entry, windowOfLane())) {
      entry.place = Entry.Place.READY;
      entries.put(entry.id, entry);
      keep(entry);
      wakeReceiver();
    } else {
      forgetIfIdle(entry);
    }
  }

  /** A message waits for its time, and the file says so. */
  void becameDelayed(Entry entry, long due) {
    unplace(entry);
    entry.due = due;
    uncache(entry);
    entries.put(entry.id, entry);
    entry.place = Entry.Place.DELAYED;
    var left = delayed.add(entry, window);
    if (left != null) {
      left.place = Entry.Place.NONE;
      forgetIfIdle(left);
    }
    wakeReceiver();
  }

  /** The row is terminal or gone. */
  void removed(long seq, UUID id) {
    if (readers > 0) {
      goneWhileReading.add(seq);
    }
    var entry = entries.get(id);
    if (entry != null && entry.seq == seq) {
      unplace(entry);
      uncache(entry);
      entry.leased = false;
      entry.settling = false;
      entries.remove(id);
    }
  }

  /** Its message is settled; a job under a lease stays known. */
  void messageGone(Entry entry, boolean forgotten) {
    entry.kind &= forgotten ? ~(Kind.MESSAGE | Kind.BIG) : ~Kind.MESSAGE;
    unplace(entry);
    uncache(entry);
    if (readers > 0) {
      goneWhileReading.add(entry.seq);
    }
    forgetIfIdle(entry);
  }

  /** An attempt of the process before this one: its message can be delivered again at once. */
  void recovered(Entry entry) {
    entries.put(entry.id, entry);
    if (entry.is(Kind.MESSAGE)) {
      giveBack(entry);
    }
  }

  @Nullable Entry get(UUID id) {
    return entries.get(id);
  }

  /** Makes a row known that a claim asks for. */
  Entry know(Entry entry) {
    var known = entries.putIfAbsent(entry.id, entry);
    return known == null ? entry : known;
  }

  void forgetIfIdle(Entry entry) {
    if (entry.place == Entry.Place.NONE && !entry.leased && !entry.settling) {
      entries.remove(entry.id, entry);
      drop(entry);
    }
  }

  // Leases -------------------------------------------------------------------------------------

  /** Null: memory does not know the job. */
  @Nullable Claim claim(UUID id, Duration duration) {
    var entry = entries.get(id);
    if (entry == null || !entry.is(Kind.JOB)) {
      return null;
    }
    var now = clock.instant();
    if (entry.settling) {
      return new Claim.Held(now.plusMillis(100));
    }
    if (entry.isHeldAt(now)) {
      return new Claim.Held(entry.leaseUntil);
    }
    if (entry.notBefore().isAfter(now)) {
      forgetIfIdle(entry);
      return new Claim.NotDue(entry.notBefore());
    }
    entry.leased = true;
    entry.fence++;
    entry.attempts++;
    entry.startedAt = now;
    entry.leaseUntil = now.plus(duration);
    dirtyClaims.add(entry);
    return new Claim.Granted(new Lease(id, entry.fence), entry.job());
  }

  /** The entry, if the lease is the job's newest and nobody is about to end it. */
  @Nullable Entry holder(Lease lease) {
    var entry = entries.get(lease.jobId());
    return entry == null || !entry.leased || entry.settling || entry.fence != lease.fence()
        ? null
        : entry;
  }

  JobStore.Extension extend(Lease lease, Duration duration) {
    var entry = entries.get(lease.jobId());
    if (entry == null || !entry.leased || entry.fence != lease.fence()) {
      return JobStore.Extension.LOST;
    }
    entry.leaseUntil = clock.instant().plus(duration);
    return entry.cancelTtl == null
        ? JobStore.Extension.EXTENDED
        : JobStore.Extension.CANCEL_REQUESTED;
  }

  /** The lease is over and the job waits again: {@code part} is what the file says now. */
  void released(Entry entry, JobPart part) {
    entry.leased = false;
    // Whatever its delivery is told now comes too late: the job says when its message comes again.
    entry.deliveries++;
    entry.settling = false;
    entry.cancelTtl = null;
    entry.writtenFence = 0;
    entry.part = part;
    entry.attempts = part.attempts();
  }

  /** Jobs whose lease ended. */
  List<Entry> overdue(int limit) {
    var now = clock.instant();
    var found = new ArrayList<Entry>();
    for (var entry : entries.values()) {
      if (entry.leased && !entry.settling && entry.is(Kind.JOB) && !entry.isHeldAt(now)) {
        found.add(entry);
      }
    }
    found.sort(Comparator.comparing(entry -> entry.leaseUntil));
    return found.subList(0, Math.min(limit, found.size()));
  }

  /** Claims that are not in the file yet; the caller writes them or gives them back. */
  List<Entry> takeDirtyClaims() {
    if (dirtyClaims.isEmpty()) {
      return List.of();
    }
    var taken = dirtyClaims;
    dirtyClaims = new ArrayList<>();
    return taken;
  }

  void giveBackDirtyClaims(List<Entry> claims) {
    dirtyClaims.addAll(claims);
  }

  boolean hasDirtyClaims() {
    return !dirtyClaims.isEmpty();
  }

  /** The job as a worker has it, if one does. */
  Optional<Job> processing(UUID id) {
    lock.lock();
    try {
      var entry = entries.get(id);
      return entry != null && entry.leased && entry.is(Kind.JOB)
          ? Optional.of(entry.job())
          : Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  // Deliveries ---------------------------------------------------------------------------------

  /**
   * Takes what can be delivered and waits in none of the {@code full} lanes; each is out until
   * {@code visibleUntil}.
   */
  List<Entry> take(int max, Duration visibility, Set<String> full) {
    long now = clock.millis();
    bringBack(now);
    long until = later(now, visibility);
    var taken = lanes.poll(max, full);
    for (var next : taken) {
      next.place = Entry.Place.OUT;
      next.deliveries++;
      next.visibleUntil = until;
      out.add(next);
    }
    if (!taken.isEmpty()) {
      nextReturn = Math.min(nextReturn, until);
    }
    return taken;
  }

  /** Takes the body out of the cache: whoever is given the message has it now. */
  void uncache(Entry entry) {
    cachedBytes -= entry.cached;
    entry.cached = 0;
    drop(entry);
  }

  void extendVisibility(Entry entry, int delivery, Duration duration) {
    if (entry.place == Entry.Place.OUT && entry.deliveries == delivery) {
      entry.visibleUntil = later(clock.millis(), duration);
      if (entry.visibleUntil < nextReturn) {
        nextReturn = entry.visibleUntil;
        wakeReceiver();
      }
    }
  }

  /** Back to the front of its priority, without a write: the file never knew that it was out. */
  void giveBack(Entry entry) {
    unplace(entry);
    entry.place = Entry.Place.READY;
    lanes.of(entry).giveBack(entry);
    wakeReceiver();
  }

  /**
   * Waits until something may have changed.
   *
   * @param choosy whether there are messages that this receiver would leave to another
   */
  void await(long nanos, boolean choosy) throws InterruptedException {
    long untilNext = Math.min(nextReturn, delayed.nextDue());
    long wait = nanos;
    if (untilNext != Long.MAX_VALUE) {
      // The clock may be a test's, which does not run with the machine's: look again soon in any
      // case.
      long ms = Math.clamp(untilNext - clock.millis(), 1, 50);
      wait = Math.min(nanos, TimeUnit.MILLISECONDS.toNanos(ms));
    }
    choosyReceivers += choosy ? 1 : 0;
    try {
      var signalled = available.awaitNanos(wait);
      assert signalled <= wait;
    } finally {
      choosyReceivers -= choosy ? 1 : 0;
    }
  }

  /** One is enough for one message, if it takes any. */
  private void wakeReceiver() {
    if (choosyReceivers > 0) {
      available.signalAll();
    } else {
      available.signal();
    }
  }

  /** Lanes share the memory, but for what keeps the reading of the file from going to and fro. */
  private int windowOfLane() {
    return Math.min(window, Math.max(2 * ReadAhead.STEP, window / lanes.count()));
  }

  /** The oldest that can be delivered or is out. */
  Optional<Instant> oldest() {
    @Nullable Instant oldest = null;
    for (var head : lanes.heads()) {
      oldest = older(oldest, head);
    }
    for (var entry : out) {
      oldest = older(oldest, entry);
    }
    return Optional.ofNullable(oldest);
  }

  int known() {
    return entries.size();
  }

  // Reading on from the file -------------------------------------------------------------------

  /** A level of which more should be read; null: none. */
  @Nullable ReadyLevel hungryLevel(int low) {
    return lanes.hungry(low);
  }

  DelayList delayed() {
    return delayed;
  }

  /** Whether more should be read of those that wait for their time. */
  boolean wantsDelayed(int low) {
    return entries.size() < KNOWN_MAX && delayed.wantsReading(low);
  }

  void beginReading() {
    readers++;
  }

  void endReading() {
    readers--;
    if (readers == 0) {
      goneWhileReading.clear();
    }
    available.signalAll();
  }

  /** A row that was read and is perhaps not known yet; false: it is known or gone. */
  boolean isNews(Entry entry) {
    if (goneWhileReading.contains(entry.seq)) {
      return false;
    }
    var known = entries.get(entry.id);
    if (known == null) {
      entries.put(entry.id, entry);
      return true;
    }
    return false;
  }

  /** A known row that nobody would deliver: a claim made it known before its turn came. */
  @Nullable Entry stray(Entry read) {
    var known = entries.get(read.id);
    return known != null
            && known != read
            && known.place == Entry.Place.NONE
            && known.is(Kind.MESSAGE)
            && !known.settling
        ? known
        : null;
  }

  void keep(Entry entry) {
    if (entry.cached == 0 && entry.size > 0) {
      if (cachedBytes + entry.size > cachedBytesMax) {
        drop(entry);
      } else {
        entry.cached = entry.size;
        cachedBytes += entry.size;
      }
    }
  }

  private void bringBack(long now) {
    Entry due;
    while ((due = delayed.pollDue(now)) != null) {
      due.place = Entry.Place.READY;
      lanes.of(due).giveBack(due);
    }
    if (now < nextReturn) {
      return;
    }
    nextReturn = Long.MAX_VALUE;
    for (var entry : List.copyOf(out)) {
      if (entry.visibleUntil <= now) {
        giveBack(entry);
      } else {
        nextReturn = Math.min(nextReturn, entry.visibleUntil);
      }
    }
  }

  /**
   * Out of whatever list it is in. Lists of ready ones forget an entry when its turn comes, as a
   * search would cost too much.
   */
  private void unplace(Entry entry) {
    switch (entry.place) {
      case OUT -> out.remove(entry);
      case DELAYED -> delayed.remove(entry);
      case READY, NONE -> {}
    }
    entry.place = Entry.Place.NONE;
  }

  private static void drop(Entry entry) {
    entry.message = null;
    entry.request = null;
    entry.size = 0;
  }

  private static long later(long now, Duration duration) {
    return duration.compareTo(Duration.ofDays(36_500)) > 0
        ? Long.MAX_VALUE
        : now + duration.toMillis();
  }

  private static @Nullable Instant older(@Nullable Instant known, @Nullable Entry entry) {
    if (entry == null) {
      return known;
    }
    var other = entry.part.submittedAt();
    return known == null || other.isBefore(known) ? other : known;
  }
}
