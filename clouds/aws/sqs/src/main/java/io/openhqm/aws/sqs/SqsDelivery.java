package io.openhqm.aws.sqs;

import io.openhqm.aws.sqs.SqsCalls.Holding;
import io.openhqm.core.Delivery;
import io.openhqm.core.Message;
import io.openhqm.core.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One handing-over of an SQS message. SQS itself does not always refuse what comes too late: a
 * standard queue deletes a message by an old receipt. So the time of the receipt is kept here, and
 * what comes after it changes nothing. Safe for use by many threads.
 */
public final class SqsDelivery implements Delivery {
  /** What is kept of the 12 hours for the way to SQS and for clocks that differ. */
  private static final Duration SLACK = Duration.ofSeconds(10);

  private final Source source;
  private final SqsRecord record;
  private final Parcel.Contents contents;
  private final Instant handedOver;

  private final ReentrantLock lock = new ReentrantLock();
  private Instant heldUntil;
  private boolean extended;
  private boolean buried;
  private boolean over;
  private volatile boolean toComeAgain = true;

  /**
   * @param heldUntil when others may have it; {@link Instant#MAX}: not known
   */
  SqsDelivery(Source source, SqsRecord record, Parcel.Contents contents, Instant heldUntil) {
    this.source = source;
    this.record = record;
    this.contents = contents;
    this.handedOver = source.now();
    this.heldUntil = heldUntil;
  }

  @Override
  public Message message() {
    return contents.message();
  }

  @Override
  public boolean isForeign() {
    return contents.isForeign();
  }

  @Override
  public int receives() {
    return record.receives();
  }

  /** The id that SQS gave the message: what Lambda wants as {@code itemIdentifier}. */
  public String messageId() {
    return record.messageId();
  }

  /** As {@link SqsRecord#fifoGroup}. */
  public Optional<String> fifoGroup() {
    return record.fifoGroup();
  }

  /**
   * Whether SQS is to deliver the message again: until it was settled with {@link Outcome.Done} or
   * {@link Outcome.DeadLetter}. A function that was handed it reports it as failed then, and as
   * done otherwise.
   */
  public boolean isToComeAgain() {
    return toComeAgain;
  }

  /**
   * {@inheritDoc}
   *
   * <p>SQS counts in whole seconds, so it may be kept a little longer; and for 12 hours in all at
   * most, after which it comes again whatever was asked for.
   */
  @Override
  public void extend(Duration duration) {
    lock.lock();
    try {
      int seconds = extension(duration);
      if (seconds >= 0) {
        extended = true;
        hold(seconds);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * As {@link #extend}, in one call.
   *
   * @param some {@value SqsCalls#BATCH_MAX} at most, of {@code source}; no other call of this
   *     method may be about one of them at the same time
   */
  static void extendAll(Source source, List<SqsDelivery> some, Duration duration) {
    some.forEach(one -> one.lock.lock());
    try {
      var held = new ArrayList<SqsDelivery>();
      var holdings = new ArrayList<Holding>();
      for (var one : some) {
        int seconds = one.extension(duration);
        if (seconds >= 0) {
          one.extended = true;
          held.add(one);
          holdings.add(new Holding(one.record.receiptHandle(), seconds));
        }
      }
      if (!held.isEmpty()) {
        holdAll(source, held, holdings);
      }
    } finally {
      some.forEach(one -> one.lock.unlock());
    }
  }

  private static void holdAll(Source source, List<SqsDelivery> held, List<Holding> holdings) {
    var now = source.now();
    var failures = source.calls().holdAll(source.queue(), holdings);
    for (int i = 0; i < held.size(); i++) {
      if (!failures.containsKey(i)) {
        held.get(i).heldUntil = now.plusSeconds(holdings.get(i).seconds());
      } else if (SqsFailures.isNoLongerHeld(failures.get(i))) {
        held.get(i).over = true;
      }
    }
    for (var failure : failures.values()) {
      if (!SqsFailures.isNoLongerHeld(failure)) {
        throw SqsFailures.unavailable(SqsCalls.HOLD, source.queue(), failure);
      }
    }
  }

  /** For how many seconds from now it is to be held; negative: not to be spoken of. */
  private int extension(Duration duration) {
    int seconds = Source.seconds(least(duration, left()));
    // Nothing is left of the 12 hours: it is not given back, which nobody asked for.
    return isMine() && (seconds > 0 || duration.isZero()) ? seconds : -1;
  }

  @Override
  public void settle(Outcome outcome) {
    lock.lock();
    try {
      if (isMine()) {
        settleMine(outcome);
        over = true;
      }
    } finally {
      lock.unlock();
    }
  }

  private void settleMine(Outcome outcome) {
    switch (outcome) {
      case Outcome.Done done -> {
        // One that was extended may be had by others before Lambda gets to removing it.
        if (source.deletesDone() || extended) {
          source.calls().delete(source.queue(), record.receiptHandle());
        }
        toComeAgain = false;
      }
      case Outcome.RetryAfter retry -> hold(Source.seconds(least(retryDelay(retry), left())));
      case Outcome.DeadLetter dead -> {
        bury(dead.reason());
        source.calls().delete(source.queue(), record.receiptHandle());
        toComeAgain = false;
      }
    }
  }

  /** Not twice, where the message could not be removed afterwards and is settled once more. */
  private void bury(String reason) {
    if (!buried) {
      source.deadLetters().bury(contents.message(), record, reason);
      buried = true;
    }
  }

  private void hold(int seconds) {
    var until = source.now().plusSeconds(seconds);
    if (source.calls().hold(source.queue(), record.receiptHandle(), seconds)) {
      heldUntil = until;
    } else {
      over = true;
    }
  }

  private boolean isMine() {
    source.calls().requireOpen();
    return !over && source.now().isBefore(heldUntil);
  }

  /** What is left of the 12 hours. */
  private Duration left() {
    var passed = Duration.between(handedOver, source.now());
    var left = Source.HELD_MAX.minus(SLACK).minus(passed);
    return left.isNegative() ? Duration.ZERO : left;
  }

  private static Duration retryDelay(Outcome.RetryAfter retry) {
    if (retry.delay().compareTo(Source.RETRY_DELAY_MAX) > 0) {
      throw new IllegalArgumentException(
          "SQS holds a message for "
              + Source.RETRY_DELAY_MAX
              + " at most, but the delay is "
              + retry.delay());
    }
    return retry.delay();
  }

  private static Duration least(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** The id only. */
  @Override
  public String toString() {
    return "SqsDelivery[" + contents.message().id() + "]";
  }
}
