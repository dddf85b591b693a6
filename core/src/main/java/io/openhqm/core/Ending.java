package io.openhqm.core;

import static java.util.Objects.requireNonNull;

/** How a job ended. Its status and what there is to read become visible in one step. */
public sealed interface Ending {
  /** The backend answered, with whatever status code. */
  record Completed(Result result) implements Ending {
    public Completed {
      requireNonNull(result, "result");
    }
  }

  /**
   * No answer, and no attempt is left or none makes sense.
   *
   * @param error what happened, to what, and what to do, in words for the client; never holds a
   *     credential
   */
  record Failed(String error) implements Ending {
    public Failed {
      requireNonNull(error, "error");
    }
  }

  /** Out of time after all attempts; {@code error} as in {@link Failed}. */
  record TimedOut(String error) implements Ending {
    public TimedOut {
      requireNonNull(error, "error");
    }
  }

  /** The client asked for it, and it stopped. */
  record Cancelled() implements Ending {}

  /** The status of a job that ended so. */
  default JobStatus status() {
    return switch (this) {
      case Completed completed -> JobStatus.COMPLETED;
      case Failed failed -> JobStatus.FAILED;
      case TimedOut timedOut -> JobStatus.TIMEOUT;
      case Cancelled cancelled -> JobStatus.CANCELLED;
    };
  }
}
