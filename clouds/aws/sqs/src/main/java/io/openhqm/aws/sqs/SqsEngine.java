package io.openhqm.aws.sqs;

import io.openhqm.aws.sqs.SqsClients.Limits;
import io.openhqm.core.BlobStore;
import io.openhqm.core.Engine;
import io.openhqm.core.Intake;
import io.openhqm.core.JobStore;
import io.openhqm.core.RequestQueue;
import io.openhqm.core.ResponseQueue;
import io.openhqm.core.UnavailableException;
import java.time.InstantSource;
import java.util.Optional;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * The queue on Amazon SQS, over one client; closing it closes the client. It keeps no jobs. Safe
 * for use by many threads.
 */
public final class SqsEngine implements Engine {
  /**
   * @param responses where finished jobs are announced; empty: nowhere
   * @param messageBytesMax how many bytes the first two take, attributes included
   */
  record Queues(
      SqsQueue requests,
      SqsQueue deadLetters,
      Optional<SqsQueue> responses,
      long messageBytesMax) {}

  private final SqsClient client;
  private final InstantSource clock;
  private final SqsCalls calls;
  private final DeadLetterBox deadLetters;
  private final SqsQueue requests;
  private final SqsRequestQueue queue;
  private final Optional<ResponseQueue> responses;

  SqsEngine(SqsClient client, Limits limits, Queues queues, InstantSource clock) {
    this.client = client;
    this.clock = clock;
    calls = new SqsCalls(client, limits);
    requests = queues.requests();
    var ofQueue = new SqsCalls(client, limits);
    deadLetters = new DeadLetterBox(ofQueue, queues.deadLetters(), queues.messageBytesMax(), clock);
    queue =
        new SqsRequestQueue(
            new Source(ofQueue, requests, deadLetters, clock, true), queues.messageBytesMax());
    responses = queues.responses().map(place -> new SqsResponseQueue(calls, place));
  }

  @Override
  public Optional<RequestQueue> queue() {
    return Optional.of(queue);
  }

  @Override
  public Optional<JobStore> store() {
    return Optional.empty();
  }

  @Override
  public Optional<BlobStore> blobs() {
    return Optional.empty();
  }

  @Override
  public Optional<Intake> intake() {
    return Optional.empty();
  }

  @Override
  public Optional<ResponseQueue> responses() {
    return responses;
  }

  /** For a function that SQS hands the messages of the request queue to. */
  public SqsDeliveries deliveries() {
    return deliveries(requests);
  }

  /**
   * For a function that SQS hands the messages of another queue to, such as the one to which it
   * moves what was received too often.
   *
   * @param queueUrl of that queue
   */
  public SqsDeliveries deliveries(String queueUrl) {
    return deliveries(new SqsQueue(queueUrl));
  }

  private SqsDeliveries deliveries(SqsQueue from) {
    return new SqsDeliveries(new Source(calls, from, deadLetters, clock, false));
  }

  /** Asks SQS for the attributes of the request queue. */
  @Override
  public Health health() {
    if (calls.isClosed()) {
      return new Health(false, "The SQS engine is closed: start the server again.");
    }
    try {
      calls.attributes(requests, SqsRequestQueue.COUNTS);
      return new Health(true, "ok");
    } catch (UnavailableException noAnswer) {
      return new Health(false, String.valueOf(noAnswer.getMessage()));
    }
  }

  @Override
  public void close() {
    queue.close();
    calls.close();
    client.close();
  }
}
