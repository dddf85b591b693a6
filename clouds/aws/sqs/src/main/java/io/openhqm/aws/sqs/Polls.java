package io.openhqm.aws.sqs;

import io.openhqm.core.UnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks SQS for messages in a thread that nobody interrupts: SQS may hand a message over at the very
 * moment in which the receiver turns away, and then somebody has to give it back. Otherwise it
 * would be nobody's until its time is over. Safe for use by many threads.
 */
final class Polls {
  private final SqsCalls calls;
  private final SqsQueue queue;
  private final Set<Poll> running = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** What a receiver waits for, and what is done when nothing more comes of it. */
  private record Poll(CompletableFuture<List<SqsRecord>> answer, CompletableFuture<Void> end) {}

  Polls(SqsCalls calls, SqsQueue queue) {
    this.calls = calls;
    this.queue = queue;
  }

  /**
   * Waits for messages, or until {@code waitSeconds} are over, at most 20.
   *
   * @throws InterruptedException at once; what comes later is given back
   */
  List<SqsRecord> poll(int max, int visibilitySeconds, int waitSeconds)
      throws InterruptedException {
    var poll = new Poll(new CompletableFuture<>(), new CompletableFuture<>());
    running.add(poll);
    Thread.ofVirtual().name("sqs-poll").start(() -> ask(poll, max, visibilitySeconds, waitSeconds));
    if (closed) {
      poll.answer.completeExceptionally(SqsCalls.closedException());
    }
    try {
      return poll.answer.get();
    } catch (InterruptedException stop) {
      if (!poll.answer.cancel(false)) {
        giveBack(poll.answer);
      }
      throw stop;
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException("asking SQS for messages broke", failure.getCause());
    }
  }

  private void ask(Poll poll, int max, int visibilitySeconds, int waitSeconds) {
    try {
      var records = calls.receive(queue, max, visibilitySeconds, waitSeconds);
      if (!poll.answer.complete(records)) {
        giveBack(records);
      }
    } catch (RuntimeException | Error failure) {
      poll.answer.completeExceptionally(failure);
    } finally {
      running.remove(poll);
      poll.end.complete(null);
    }
  }

  private void giveBack(CompletableFuture<List<SqsRecord>> answer) {
    try {
      giveBack(answer.getNow(List.of()));
    } catch (CancellationException | CompletionException nothingCame) {
      // There is nothing to give back.
    }
  }

  private void giveBack(List<SqsRecord> records) {
    try {
      calls.giveBack(queue, records.stream().map(SqsRecord::receiptHandle).toList());
    } catch (UnavailableException noAnswer) {
      // They come again when their time is over.
    }
  }

  /**
   * Ends all waiting, and waits up to {@code patience} for what SQS may still hand over, so that it
   * is given back before the process ends.
   */
  void close(Duration patience) {
    closed = true;
    var polls = List.copyOf(running);
    polls.forEach(poll -> poll.answer.completeExceptionally(SqsCalls.closedException()));
    var ends = polls.stream().map(Poll::end).toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(ends).get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException hurry) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException late) {
      // What comes now comes again when its time is over.
    }
  }
}
