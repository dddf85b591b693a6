package io.openhqm.aws.sqs;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants of the dead letters. It is shown each letter and keeps only what it needs, as
 * all of them together may be large. Guarded by the lock of whoever walks.
 */
abstract class Question<T> {
  private @Nullable T result;
  private Optional<RuntimeException> failure = Optional.empty();

  /** Looks at a letter. */
  abstract void see(Letter letter);

  /** Whether it need not look at more. */
  boolean hasSeenEnough() {
    return false;
  }

  /** What comes of it. */
  abstract T result(Walk walk);

  /** One question that fails leaves the others alone. */
  final void answer(Walk walk) {
    try {
      result = result(walk);
    } catch (RuntimeException failed) {
      failure = Optional.of(failed);
    }
  }

  final void fail(RuntimeException reason) {
    if (result == null) {
      failure = Optional.of(reason);
    }
  }

  final boolean isAnswered() {
    return result != null || failure.isPresent();
  }

  final T answer() {
    if (failure.isPresent()) {
      throw failure.get();
    }
    if (result == null) {
      throw new IllegalStateException("a question about dead letters was not answered");
    }
    return result;
  }
}
