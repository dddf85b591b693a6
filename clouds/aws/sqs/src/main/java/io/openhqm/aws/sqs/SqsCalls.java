package io.openhqm.aws.sqs;

import io.openhqm.aws.sqs.SqsClients.Limits;
import io.openhqm.core.UnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;

/**
 * The calls of SQS that are made here. Each throws {@link UnavailableException} when it fails, or
 * after {@link #close}.
 *
 * <p>A call goes on when its thread is interrupted, and the thread finds its flag set afterwards: a
 * worker that was told to stop still has to say what became of its messages. The SDK would give
 * such a call up half-way, so it is made once more. That holds for virtual threads, as workers are:
 * in another, the SDK takes an interrupt that comes while SQS is silent for its own time-out.
 *
 * <p>A call whose last try was cut off is made once more, too: after a break of the network each of
 * the five connections that the JDK keeps may be dead, and the SDK has three tries.
 */
final class SqsCalls {
  /** How many messages SQS takes or gives in one call. */
  static final int BATCH_MAX = 10;

  /** The name of the action, which is that of the permission too. */
  static final String HOLD = "ChangeMessageVisibility";

  private static final String STRING = "String";
  private static final int INTERRUPTIONS_MAX = 3;

  /** Who a message is sent with, and when. */
  record Sending(Optional<String> group, Optional<String> deduplication, int delaySeconds) {
    static final Sending AT_ONCE = new Sending(Optional.empty(), Optional.empty(), 0);
  }

  /** One message of a batch. */
  record Sendable(Parcel parcel, Sending how) {}

  /** How long from now a message is held. */
  record Holding(String receipt, int seconds) {}

  private final SqsClient client;
  private final Limits limits;
  private volatile boolean closed;

  /**
   * @param limits those of the client, for calls that may take longer than they say
   */
  SqsCalls(SqsClient client, Limits limits) {
    this.client = client;
    this.limits = limits;
  }

  /** From now on nothing is asked; the client stays open. */
  void close() {
    closed = true;
  }

  boolean isClosed() {
    return closed;
  }

  void requireOpen() {
    if (closed) {
      throw closedException();
    }
  }

  static UnavailableException closedException() {
    return new UnavailableException("The SQS engine is closed.", Duration.ofSeconds(5));
  }

  /**
   * Sends it.
   *
   * @throws UnavailableException if it was not sent, or if that is not known
   */
  void send(SqsQueue queue, Parcel parcel, Sending how) {
    var request =
        SendMessageRequest.builder()
            .queueUrl(queue.url())
            .messageBody(parcel.body())
            .messageAttributes(values(parcel.attributes()));
    how.group().ifPresent(request::messageGroupId);
    how.deduplication().ifPresent(request::messageDeduplicationId);
    if (how.delaySeconds() > 0) {
      request.delaySeconds(how.delaySeconds());
    }
    call("SendMessage", queue, () -> client.sendMessage(request.build()));
  }

  /**
   * Sends messages in one call.
   *
   * @param batch {@value #BATCH_MAX} at most, which together are no larger than SQS takes
   * @return by its place in {@code batch} why one was not sent, or is not known to have been
   * @throws UnavailableException if none was sent, or if nothing is known of any
   */
  Map<Integer, UnavailableException> sendAll(SqsQueue queue, List<Sendable> batch) {
    var entries = new ArrayList<SendMessageBatchRequestEntry>();
    for (int i = 0; i < batch.size(); i++) {
      var how = batch.get(i).how();
      var entry =
          SendMessageBatchRequestEntry.builder()
              .id(String.valueOf(i))
              .messageBody(batch.get(i).parcel().body())
              .messageAttributes(values(batch.get(i).parcel().attributes()));
      how.group().ifPresent(entry::messageGroupId);
      how.deduplication().ifPresent(entry::messageDeduplicationId);
      if (how.delaySeconds() > 0) {
        entry.delaySeconds(how.delaySeconds());
      }
      entries.add(entry.build());
    }
    var answer =
        call(
            "SendMessage",
            queue,
            () -> client.sendMessageBatch(of -> of.queueUrl(queue.url()).entries(entries)));
    var failures = new HashMap<Integer, UnavailableException>();
    answer
        .failed()
        .forEach(
            entry ->
                failures.put(
                    Integer.valueOf(entry.id()),
                    SqsFailures.unavailable("SendMessage", queue, SqsFailures.of(entry))));
    return failures;
  }

  private static Map<String, MessageAttributeValue> values(Map<String, String> attributes) {
    var values = new HashMap<String, MessageAttributeValue>();
    attributes.forEach(
        (name, value) ->
            values.put(
                name, MessageAttributeValue.builder().dataType(STRING).stringValue(value).build()));
    return values;
  }

  /** Takes messages; waits at most 20 seconds for the first one. */
  List<SqsRecord> receive(SqsQueue queue, int max, int visibilitySeconds, int waitSeconds) {
    var wait = Duration.ofSeconds(waitSeconds);
    var answer =
        call(
            "ReceiveMessage",
            queue,
            () ->
                client.receiveMessage(
                    request ->
                        request
                            .queueUrl(queue.url())
                            .maxNumberOfMessages(Math.min(max, BATCH_MAX))
                            .visibilityTimeout(visibilitySeconds)
                            .waitTimeSeconds(waitSeconds)
                            .messageAttributeNames("All")
                            .messageSystemAttributeNames(MessageSystemAttributeName.ALL)
                            .overrideConfiguration(
                                of ->
                                    of.apiCallAttemptTimeout(wait.plus(limits.attempt()))
                                        .apiCallTimeout(wait.plus(limits.call())))));
    return answer.messages().stream().map(SqsCalls::record).toList();
  }

  private static SqsRecord record(Message message) {
    var attributes = new HashMap<String, String>();
    message
        .messageAttributes()
        .forEach(
            (name, value) -> {
              if (value.dataType().startsWith(STRING)) {
                attributes.put(name, value.stringValue());
              }
            });
    return new SqsRecord(
        message.messageId(),
        message.receiptHandle(),
        message.body(),
        attributes,
        message.attributesAsStrings());
  }

  /** Removes a message that is held; has no effect if it is held no longer. */
  void delete(SqsQueue queue, String receipt) {
    ifHeld(
        "DeleteMessage",
        queue,
        () -> client.deleteMessage(of -> of.queueUrl(queue.url()).receiptHandle(receipt)));
  }

  /**
   * Says how long from now a message is held.
   *
   * @return whether it was held still
   */
  boolean hold(SqsQueue queue, String receipt, int seconds) {
    return ifHeld(
        HOLD,
        queue,
        () ->
            client.changeMessageVisibility(
                of -> of.queueUrl(queue.url()).receiptHandle(receipt).visibilityTimeout(seconds)));
  }

  /**
   * Removes messages that are held.
   *
   * @return the receipts of those that are gone; the others come again
   */
  List<String> deleteAll(SqsQueue queue, List<String> receipts) {
    var gone = new ArrayList<String>();
    for (var batch : batches(receipts)) {
      var entries = new ArrayList<DeleteMessageBatchRequestEntry>();
      for (int i = 0; i < batch.size(); i++) {
        entries.add(
            DeleteMessageBatchRequestEntry.builder()
                .id(String.valueOf(i))
                .receiptHandle(batch.get(i))
                .build());
      }
      var answer =
          call(
              "DeleteMessage",
              queue,
              () -> client.deleteMessageBatch(of -> of.queueUrl(queue.url()).entries(entries)));
      gone.addAll(done(batch, answer.failed()));
    }
    return gone;
  }

  /**
   * Gives messages back that are held, so that others can have them at once. Those that could not
   * be given back come again by themselves.
   */
  void giveBack(SqsQueue queue, List<String> receipts) {
    for (var batch : batches(receipts)) {
      holdAll(queue, batch.stream().map(receipt -> new Holding(receipt, 0)).toList());
    }
  }

  /**
   * As {@link #hold}, in one call.
   *
   * @param batch {@value #BATCH_MAX} at most
   * @return by its place in {@code batch} why one is not held as it says
   * @throws UnavailableException if nothing is known of any
   */
  Map<Integer, AwsServiceException> holdAll(SqsQueue queue, List<Holding> batch) {
    var entries = new ArrayList<ChangeMessageVisibilityBatchRequestEntry>();
    for (int i = 0; i < batch.size(); i++) {
      entries.add(
          ChangeMessageVisibilityBatchRequestEntry.builder()
              .id(String.valueOf(i))
              .receiptHandle(batch.get(i).receipt())
              .visibilityTimeout(batch.get(i).seconds())
              .build());
    }
    var answer =
        call(
            HOLD,
            queue,
            () ->
                client.changeMessageVisibilityBatch(
                    of -> of.queueUrl(queue.url()).entries(entries)));
    var failures = new HashMap<Integer, AwsServiceException>();
    answer
        .failed()
        .forEach(entry -> failures.put(Integer.valueOf(entry.id()), SqsFailures.of(entry)));
    return failures;
  }

  /** As many in each as SQS takes in one call. */
  static <T> List<List<T>> batches(List<T> all) {
    var batches = new ArrayList<List<T>>();
    for (int from = 0; from < all.size(); from += BATCH_MAX) {
      batches.add(all.subList(from, Math.min(from + BATCH_MAX, all.size())));
    }
    return batches;
  }

  private static List<String> done(List<String> batch, List<BatchResultErrorEntry> failed) {
    var left = new HashSet<String>();
    failed.forEach(entry -> left.add(batch.get(Integer.parseInt(entry.id()))));
    return batch.stream().filter(receipt -> !left.contains(receipt)).toList();
  }

  /** Attributes of the queue, by name; those that it does not have are left out. */
  Map<QueueAttributeName, String> attributes(SqsQueue queue, List<QueueAttributeName> names) {
    return call(
            "GetQueueAttributes",
            queue,
            () -> client.getQueueAttributes(of -> of.queueUrl(queue.url()).attributeNames(names)))
        .attributes();
  }

  private boolean ifHeld(String action, SqsQueue queue, Supplier<?> work) {
    try {
      call(action, queue, work);
      return true;
    } catch (UnavailableException refused) {
      if (refused.getCause() instanceof AwsServiceException said
          && SqsFailures.isNoLongerHeld(said)) {
        return false;
      }
      throw refused;
    }
  }

  private <T> T call(String action, SqsQueue queue, Supplier<T> work) {
    boolean interrupted = Thread.interrupted();
    try {
      for (int attempt = 0; ; attempt++) {
        requireOpen();
        try {
          return work.get();
        } catch (SdkException failure) {
          boolean stopped = failure instanceof SdkClientException && Thread.interrupted();
          interrupted |= stopped;
          boolean again = stopped || attempt == 0 && SqsFailures.isCut(failure);
          if (!again || attempt == INTERRUPTIONS_MAX) {
            throw SqsFailures.unavailable(action, queue, failure);
          }
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
