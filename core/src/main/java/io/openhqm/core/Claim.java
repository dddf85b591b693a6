package io.openhqm.core;

import java.time.Instant;

/** What a store says to a worker that wants to work on a job. */
public sealed interface Claim {
  /**
   * The job is yours until the lease ends.
   *
   * @param job as it is now: {@code PROCESSING}, this attempt counted
   */
  record Granted(Lease lease, Job job) implements Claim {}

  /** Another worker holds it until then, unless it extends its lease. */
  record Held(Instant until) implements Claim {}

  /** It waits for a later time: a delay, or the pause before a retry. */
  record NotDue(Instant notBefore) implements Claim {}

  /** It is terminal already. */
  record Finished(Job job) implements Claim {}

  /** No such job. */
  record Unknown() implements Claim {}
}
