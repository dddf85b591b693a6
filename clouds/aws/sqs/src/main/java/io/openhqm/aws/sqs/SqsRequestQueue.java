package io.openhqm.aws.sqs;

import static software.amazon.awssdk.services.sqs.model.QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES;
import static software.amazon.awssdk.services.sqs.model.QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_DELAYED;
import static software.amazon.awssdk.services.sqs.model.QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE;

import io.openhqm.aws.sqs.SqsCalls.Sendable;
import io.openhqm.aws.sqs.SqsCalls.Sending;
import io.openhqm.core.Body;
import io.openhqm.core.DeadLetters;
import io.openhqm.core.Delivery;
import io.openhqm.core.Envelope;
import io.openhqm.core.Message;
import io.openhqm.core.QueueFeatures;
import io.openhqm.core.RequestQueue;
import io.openhqm.core.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/**
 * The queue that requests wait on.
 *
 * <p>A message is sent as a {@link Parcel}. On a FIFO queue its group is its session, so that SQS
 * keeps order within it and hands over none of it while one is held; what has no session is a group
 * of its own. On a standard queue the group is the session or the endpoint, by which SQS keeps a
 * busy one from holding up the others (fair queues).
 *
 * <ol>
 *   <li><b>send</b>: one {@code SendMessage}, or {@code SendMessageBatch} for many. A FIFO queue
 *       gets another deduplication id each time: whether a message may come twice is decided by its
 *       job, never by what SQS has seen in the last five minutes.
 *   <li><b>receive</b>: one {@code ReceiveMessage} after the other, each waiting up to 20 seconds,
 *       until there is something. From a FIFO queue one message at a time: SQS fills a batch with
 *       messages of one session, which are not to be handed out together.
 *   <li><b>extend</b>: one {@code ChangeMessageVisibility}, or {@code ChangeMessageVisibilityBatch}
 *       for many.
 *   <li><b>settle</b>: {@code DeleteMessage}, or {@code ChangeMessageVisibility} for a retry, or a
 *       send to the dead letter queue followed by the delete. A process that dies between the last
 *       two leaves both; the dead letter is then written once more and shown once.
 * </ol>
 *
 * <p>SQS counts in whole seconds; delays and waiting are rounded up. A message whose envelope
 * cannot be read goes to the dead letter queue as it came. What SQS does not tell is since when the
 * oldest message waits: CloudWatch does, as {@code ApproximateAgeOfOldestMessage}.
 */
final class SqsRequestQueue implements RequestQueue {
  private static final Duration DELAY_MAX = Duration.ofMinutes(15);
  private static final int POLL_SECONDS_MAX = 20;
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

  /** For the names of attributes, the trace context, and the reason of a dead letter. */
  private static final int ATTRIBUTE_BYTES_MAX = 6 * 1024;

  static final List<QueueAttributeName> COUNTS =
      List.of(
          APPROXIMATE_NUMBER_OF_MESSAGES,
          APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE,
          APPROXIMATE_NUMBER_OF_MESSAGES_DELAYED);

  private final Source source;
  private final SqsDeadLetters deadLetters;
  private final Polls polls;
  private final QueueFeatures features;
  private final long bytesMax;
  private final AtomicLong sends = new AtomicLong();
  private final ReentrantLock extending = new ReentrantLock();

  SqsRequestQueue(Source source, long bytesMax) {
    this.source = source;
    this.bytesMax = bytesMax;
    this.polls = new Polls(source.calls(), source.queue());
    this.features = features(source.queue(), bytesMax);
    this.deadLetters =
        new SqsDeadLetters(
            source.calls(), source.deadLetters().queue(), source.clock(), this::sendNow);
  }

  /**
   * @param bytesMax how many bytes the queue takes, attributes included
   */
  private static QueueFeatures features(SqsQueue queue, long bytesMax) {
    long payloadMax = (bytesMax - Envelope.HEAD_BYTES_MAX - ATTRIBUTE_BYTES_MAX) / 4 * 3;
    return new QueueFeatures(
            queue.isFifo(),
            false,
            Optional.of(queue.isFifo() ? Duration.ZERO : DELAY_MAX),
            Optional.of(Source.RETRY_DELAY_MAX),
            payloadMax)
        .withRetention(Duration.ofDays(SqsQueues.RETENTION_MAX_DAYS));
  }

  @Override
  public QueueFeatures features() {
    return features;
  }

  private void sendNow(Message message) {
    send(message, source.now());
  }

  @Override
  public void send(Message message, Instant notBefore) {
    var now = source.now();
    var delay = Duration.between(now, notBefore);
    requireAble(delay);
    source.calls().send(source.queue(), parcel(message), sending(message, now, delay));
  }

  @Override
  public List<NotSent> sendAll(List<Message> messages, Instant notBefore) {
    var now = source.now();
    var delay = Duration.between(now, notBefore);
    var outbox = new Outbox(source.calls(), source.queue(), bytesMax);
    for (var message : messages) {
      var how = sending(message, now, delay);
      try {
        requireAble(delay);
        outbox.add(message, new Sendable(parcel(message), how));
      } catch (IllegalArgumentException refused) {
        outbox.refuse(message, how, refused);
      }
    }
    return outbox.close();
  }

  private void requireAble(Duration delay) {
    if (!features.canDelay(delay)) {
      throw new IllegalArgumentException(
          "the queue '"
              + source.queue().name()
              + "' holds a message for "
              + features.atMost(delay)
              + " at most when it is sent, but the delay is "
              + delay);
    }
  }

  private Parcel parcel(Message message) {
    long length = message.payload() instanceof Body.Inline inline ? inline.length() : 0;
    if (length > features.maxMessageBytes()) {
      throw new IllegalArgumentException(
          "the payload has "
              + length
              + " bytes, but the queue '"
              + source.queue().name()
              + "' carries "
              + features.maxMessageBytes());
    }
    var parcel = Parcel.of(message);
    if (parcel.bytes() > bytesMax) {
      throw new IllegalArgumentException(
          "the message has "
              + parcel.bytes()
              + " bytes with its headers and metadata, but the queue '"
              + source.queue().name()
              + "' takes "
              + bytesMax);
    }
    return parcel;
  }

  private Sending sending(Message message, Instant now, Duration delay) {
    var metadata = message.metadata();
    if (source.queue().isFifo()) {
      String group = SqsText.group(metadata.sessionId().orElseGet(message.id()::toString));
      // Another one each time, in this process and among all.
      String unique = message.id() + "/" + now + "/" + sends.incrementAndGet();
      return new Sending(Optional.of(group), Optional.of(unique), 0);
    }
    return new Sending(
        metadata.sessionId().or(metadata::endpoint).map(SqsText::group),
        Optional.empty(),
        Source.seconds(delay));
  }

  @Override
  public List<Delivery> receive(int max, Duration visibility, Duration wait)
      throws InterruptedException {
    if (max < 1) {
      throw new IllegalArgumentException("max must be >= 1 but is " + max);
    }
    source.calls().requireOpen();
    int some = source.queue().isFifo() ? 1 : max;
    int held = Source.seconds(visibility);
    int left = Source.seconds(wait);
    while (true) {
      int round = Math.min(left, POLL_SECONDS_MAX);
      left -= round;
      var taken = deliveries(polls.poll(some, held, round), held);
      if (left == 0 || !taken.isEmpty()) {
        return taken;
      }
    }
  }

  private List<Delivery> deliveries(List<SqsRecord> records, int heldSeconds) {
    var until = source.now().plusSeconds(heldSeconds);
    var deliveries = new ArrayList<Delivery>();
    for (var record : records) {
      try {
        source.delivery(record, until).ifPresent(deliveries::add);
      } catch (UnavailableException noAnswer) {
        // It could not be read and not be put away: it comes again, and the others are not held up.
      }
    }
    return deliveries;
  }

  @Override
  public void extendAll(List<Delivery> deliveries, Duration duration) {
    var own = deliveries.stream().map(SqsDelivery.class::cast).toList();
    Optional<UnavailableException> trouble = Optional.empty();
    extending.lock();
    try {
      for (var batch : SqsCalls.batches(own)) {
        try {
          SqsDelivery.extendAll(source, batch, duration);
        } catch (UnavailableException noAnswer) {
          trouble = Optional.of(noAnswer);
        }
      }
    } finally {
      extending.unlock();
    }
    if (trouble.isPresent()) {
      throw trouble.get();
    }
  }

  @Override
  public DeadLetters deadLetters() {
    return deadLetters;
  }

  @Override
  public Depth depth() {
    return new Depth(count(source.calls(), source.queue()), Optional.empty());
  }

  static long count(SqsCalls calls, SqsQueue queue) {
    return calls.attributes(queue, COUNTS).values().stream().mapToLong(Long::parseLong).sum();
  }

  @Override
  public void close() {
    polls.close(CLOSE_PATIENCE);
    source.calls().close();
  }
}
