package io.openhqm.core;

import java.time.Duration;
import java.util.Optional;

/**
 * This attempt gave no usable answer; another may. The message is shown to clients and must hold no
 * credential.
 */
public final class RetryException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What kind of failure it was: decides the status when no attempt is left. */
  public enum Kind {
    /** No answer: ends as {@code FAILED}. */
    NO_ANSWER,
    /** Out of time: ends as {@code TIMEOUT}. */
    TIMED_OUT,
    /**
     * Not tried at all (a limit of the backend's own concurrency, say): comes again and the attempt
     * is not counted.
     */
    NOT_TRIED
  }

  private final Kind kind;
  private final transient Optional<Duration> after;
  private final transient Optional<Result> answer;

  private RetryException(
      Kind kind, String message, Optional<Duration> after, Optional<Result> answer) {
    super(message);
    this.kind = kind;
    this.after = after;
    this.answer = answer;
  }

  /** There was no answer. */
  public static RetryException noAnswer(String reason) {
    return new RetryException(Kind.NO_ANSWER, reason, Optional.empty(), Optional.empty());
  }

  /** The time of the attempt was over. */
  public static RetryException timedOut(String reason) {
    return new RetryException(Kind.TIMED_OUT, reason, Optional.empty(), Optional.empty());
  }

  /**
   * The backend answered that it should be asked again; {@code after} is what its {@code
   * Retry-After} said.
   */
  public static RetryException answered(String reason, Result answer, Optional<Duration> after) {
    return new RetryException(Kind.NO_ANSWER, reason, after, Optional.of(answer));
  }

  /** For a user's processor: try again, not before {@code after}. */
  public static RetryException after(Duration after, String reason) {
    return new RetryException(Kind.NO_ANSWER, reason, Optional.of(after), Optional.empty());
  }

  /** Nothing was tried; come again after {@code after}. */
  public static RetryException notTried(Duration after, String reason) {
    return new RetryException(Kind.NOT_TRIED, reason, Optional.of(after), Optional.empty());
  }

  /** What kind of failure it was. */
  public Kind kind() {
    return kind;
  }

  /** How long to wait at least; empty: the retry policy alone decides. */
  public Optional<Duration> after() {
    return after;
  }

  /** What the backend answered; kept as the result when no attempt is left. */
  public Optional<Result> answer() {
    return answer;
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
