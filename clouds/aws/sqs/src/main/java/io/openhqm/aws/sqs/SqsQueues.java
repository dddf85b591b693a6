package io.openhqm.aws.sqs;

import static software.amazon.awssdk.services.sqs.model.QueueAttributeName.MAXIMUM_MESSAGE_SIZE;

import io.openhqm.aws.sqs.SqsClients.Limits;
import io.openhqm.core.EngineException;
import io.openhqm.core.UnavailableException;
import java.time.InstantSource;
import java.util.List;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;

/** Opens queues of Amazon SQS. */
public final class SqsQueues {
  /**
   * The longest that SQS keeps a message, however its queue is set up ({@code
   * MessageRetentionPeriod}).
   */
  public static final int RETENTION_MAX_DAYS = 14;

  private SqsQueues() {}

  /**
   * Opens the queues and asks SQS whether they are there and take what the settings say. For a
   * server: faults are told at its start.
   *
   * @param clock by which it is known whether a delivery is held still, and when a message died
   * @throws EngineException if one cannot be used; the message says what to do
   */
  public static SqsEngine open(SqsSettings settings, InstantSource clock) {
    var client = client(settings);
    try {
      var queues =
          new SqsEngine.Queues(
              found(client, settings.requests()),
              found(client, settings.deadLetters()),
              settings.responses().map(place -> found(client, place)),
              settings.messageBytesMax());
      requireRoom(client, queues.requests(), settings.messageBytesMax());
      requireRoom(client, queues.deadLetters(), settings.messageBytesMax());
      return new SqsEngine(client, Limits.USUAL, queues, clock);
    } catch (RuntimeException notOpened) {
      client.close();
      throw notOpened;
    }
  }

  /**
   * Opens the queues without asking SQS for anything: for a function whose first call is on a
   * client's clock. Faults are told by {@link UnavailableException} when the queues are used.
   *
   * @param settings each queue must be given by its URL
   * @throws EngineException if one is not
   */
  public static SqsEngine openUnasked(SqsSettings settings, InstantSource clock) {
    requireUrls(settings);
    return openUnasked(settings, client(settings), clock);
  }

  /**
   * The same over this client, which is the engine's from now on: closing the engine closes it. Of
   * the settings, region and endpoint are not looked at.
   */
  public static SqsEngine openUnasked(SqsSettings settings, SqsClient client, InstantSource clock) {
    requireUrls(settings);
    var queues =
        new SqsEngine.Queues(
            new SqsQueue(settings.requests()),
            new SqsQueue(settings.deadLetters()),
            settings.responses().map(SqsQueue::new),
            settings.messageBytesMax());
    return new SqsEngine(client, Limits.USUAL, queues, clock);
  }

  private static SqsClient client(SqsSettings settings) {
    try {
      return SqsClients.builder(
              settings.region(), settings.endpoint(), new SqsCredentials(), Limits.USUAL)
          .build();
    } catch (SdkException | IllegalArgumentException wrong) {
      throw new EngineException(
          "queue.sqs_region: SQS cannot be reached in the region '"
              + settings.region()
              + "'; name one such as eu-central-1",
          wrong);
    }
  }

  private static boolean isUrl(String place) {
    return place.startsWith("https://") || place.startsWith("http://");
  }

  private static void requireUrls(SqsSettings settings) {
    requireUrl(settings.requests(), "queue.sqs_queue_url");
    requireUrl(settings.deadLetters(), "queue.sqs_dlq_url");
    settings.responses().ifPresent(place -> requireUrl(place, "queue.sqs_response_queue_url"));
  }

  private static void requireUrl(String place, String key) {
    if (!isUrl(place)) {
      throw new EngineException(key + ": a function needs the URL of the queue; set it");
    }
  }

  private static SqsQueue found(SqsClient client, String place) {
    if (isUrl(place)) {
      return new SqsQueue(place);
    }
    try {
      return new SqsQueue(client.getQueueUrl(of -> of.queueName(place)).queueUrl());
    } catch (SdkException failure) {
      throw SqsFailures.notOpened("GetQueueUrl", new SqsQueue(place), failure);
    }
  }

  /** A queue that takes less than is believed would refuse messages after their jobs were made. */
  private static void requireRoom(SqsClient client, SqsQueue queue, long messageBytesMax) {
    try {
      String size =
          client
              .getQueueAttributes(
                  of -> of.queueUrl(queue.url()).attributeNames(List.of(MAXIMUM_MESSAGE_SIZE)))
              .attributes()
              .get(MAXIMUM_MESSAGE_SIZE);
      // What does as if it were SQS need not have it.
      if (size != null && Long.parseLong(size) < messageBytesMax) {
        throw new EngineException(
            "the queue '"
                + queue.name()
                + "' takes "
                + size
                + " bytes (MaximumMessageSize), but queue.sqs_max_message_bytes is "
                + messageBytesMax
                + "; make them equal");
      }
    } catch (SdkException failure) {
      throw SqsFailures.notOpened("GetQueueAttributes", queue, failure);
    }
  }
}
