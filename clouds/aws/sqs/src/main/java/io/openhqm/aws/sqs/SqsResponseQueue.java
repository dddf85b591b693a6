package io.openhqm.aws.sqs;

import io.openhqm.aws.sqs.SqsCalls.Sending;
import io.openhqm.core.Announcement;
import io.openhqm.core.Job;
import io.openhqm.core.ResponseQueue;
import java.util.Map;
import java.util.Optional;

/**
 * Announces finished jobs: the body is the announcement, and there are no attributes. On a FIFO
 * queue each job is a group of its own, and an announcement that is repeated within five minutes is
 * swallowed by SQS.
 */
final class SqsResponseQueue implements ResponseQueue {
  private final SqsCalls calls;
  private final SqsQueue queue;

  SqsResponseQueue(SqsCalls calls, SqsQueue queue) {
    this.calls = calls;
    this.queue = queue;
  }

  @Override
  public void announce(Job job) {
    var id = Optional.of(job.id().toString());
    calls.send(
        queue,
        new Parcel(Announcement.of(job), Map.of()),
        queue.isFifo() ? new Sending(id, id, 0) : Sending.AT_ONCE);
  }
}
