package io.openhqm.aws.sqs;

import io.openhqm.aws.sqs.SqsCalls.Sendable;
import io.openhqm.aws.sqs.SqsCalls.Sending;
import io.openhqm.core.Message;
import io.openhqm.core.RequestQueue.NotSent;
import io.openhqm.core.UnavailableException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Sends many messages by {@code SendMessageBatch}: ten at a time, and no more bytes than SQS takes.
 * Of one group of a FIFO queue there is one in a batch, as SQS may refuse one and take those behind
 * it. For one thread.
 */
final class Outbox {
  private record Item(Message message, Sendable sendable) {}

  private final SqsCalls calls;
  private final SqsQueue queue;
  private final long bytesMax;

  private final List<NotSent> notSent = new ArrayList<>();

  /** Why there is to be nothing more of a group. */
  private final Map<String, RuntimeException> stopped = new HashMap<>();

  private final List<Item> batch = new ArrayList<>();
  private final Set<String> groups = new HashSet<>();
  private long bytes;

  /**
   * @param bytesMax how many bytes SQS takes, in one message as in a batch
   */
  Outbox(SqsCalls calls, SqsQueue queue, long bytesMax) {
    this.calls = calls;
    this.queue = queue;
    this.bytesMax = bytesMax;
  }

  /** Sends it, now or when this is {@linkplain #close closed}. */
  void add(Message message, Sendable sendable) {
    long more = sendable.parcel().bytes();
    var group = fifoGroup(sendable.how());
    if (batch.size() == SqsCalls.BATCH_MAX
        || bytes + more > bytesMax
        || group.filter(groups::contains).isPresent()) {
      flush();
    }
    var before = group.map(stopped::get);
    if (before.isPresent()) {
      notSent.add(new NotSent(message, before.get()));
      return;
    }
    batch.add(new Item(message, sendable));
    bytes += more;
    group.ifPresent(groups::add);
  }

  /** It cannot be sent; nor is anything of its group that comes behind it. */
  void refuse(Message message, Sending how, RuntimeException why) {
    flush();
    fail(message, how, why);
  }

  private void fail(Message message, Sending how, RuntimeException why) {
    notSent.add(new NotSent(message, why));
    fifoGroup(how).ifPresent(group -> stopped.putIfAbsent(group, why));
  }

  private Optional<String> fifoGroup(Sending how) {
    return queue.isFifo() ? how.group() : Optional.empty();
  }

  private void flush() {
    if (batch.isEmpty()) {
      return;
    }
    var failures = failures();
    for (int i = 0; i < batch.size(); i++) {
      var item = batch.get(i);
      Optional.ofNullable(failures.get(i))
          .ifPresent(why -> fail(item.message(), item.sendable().how(), why));
    }
    batch.clear();
    groups.clear();
    bytes = 0;
  }

  private Map<Integer, UnavailableException> failures() {
    try {
      return calls.sendAll(queue, batch.stream().map(Item::sendable).toList());
    } catch (UnavailableException all) {
      var failures = new HashMap<Integer, UnavailableException>();
      IntStream.range(0, batch.size()).forEach(i -> failures.put(i, all));
      return failures;
    }
  }

  /** Sends what is left; says what was not sent. */
  List<NotSent> close() {
    flush();
    return notSent;
  }
}
