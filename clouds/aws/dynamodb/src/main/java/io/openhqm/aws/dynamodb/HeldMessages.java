package io.openhqm.aws.dynamodb;

import static io.openhqm.aws.dynamodb.Item.value;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Envelope;
import io.openhqm.core.Message;
import io.openhqm.core.UnavailableException;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Messages that no queue holds until they are due. A small one is in its job's own item; a larger
 * one is cut to pieces in items of their own, since a queue may carry more than an item holds, and
 * each write of the job would pay for it.
 *
 * <pre>
 * attribute hm of the job's item:
 *   0, message                            one that is small
 *   1, stamp (8 bytes), count (4 bytes)   one in that many pieces
 * message: length of the head (4 bytes), {@link Envelope#head head}, payload
 * piece:   id = held#{job}#{stamp in hexadecimal}#{number from 0}, hm = its part of the message,
 *          expires_at_epoch = when it is removed if it was left over
 * </pre>
 */
final class HeldMessages {
  /** The largest message in its job's item. */
  static final int WHOLE_MAX = 64 * 1024;

  /** The largest piece, which leaves room for names and the id in an item of 400 KB. */
  static final int PIECE_MAX = 398 * 1024;

  private static final byte WHOLE = 0;
  private static final byte IN_PIECES = 1;

  private final Table table;

  HeldMessages(Table table) {
    this.table = table;
  }

  /**
   * What to put into the job's item. Where it is cut, the pieces are there when this returns.
   *
   * @param stamp makes the pieces of this holding different from those of any other
   */
  Bytes hold(Message message, Instant now, long stamp) {
    byte[] whole = encode(message);
    if (whole.length <= WHOLE_MAX) {
      return Bytes.wrap(whole);
    }
    int count = 0;
    for (int from = 1; from < whole.length; from += PIECE_MAX) {
      var piece = Bytes.wrap(whole).slice(from, Math.min(from + PIECE_MAX, whole.length));
      table.put(
          Map.of(
              JobTable.ID,
              value(pieceId(message.id().toString(), stamp, count)),
              JobItem.HELD,
              value(piece),
              JobTable.EXPIRES_AT_EPOCH,
              value(now.plus(JobItem.LIFE_MAX).getEpochSecond())));
      count++;
    }
    return Bytes.wrap(ByteBuffer.allocate(13).put(IN_PIECES).putLong(stamp).putInt(count).array());
  }

  /**
   * The message that the item holds.
   *
   * @return empty if it holds none, or none that can be read
   */
  Optional<Message> read(Item job) {
    if (!job.has(JobItem.HELD)) {
      return Optional.empty();
    }
    var held = job.bytes(JobItem.HELD);
    if (held.at(0) == WHOLE) {
      return decode(held.slice(1, held.length()));
    }
    var pieces = pieces(held);
    var whole = new ByteArrayOutputStream();
    for (int i = 0; i < pieces.count(); i++) {
      var piece = table.get(pieceId(job.text(JobTable.ID), pieces.stamp(), i), JobItem.HELD);
      if (piece.isEmpty()) {
        return Optional.empty();
      }
      whole.writeBytes(piece.get().bytes(JobItem.HELD).toReadOnlyArray());
    }
    return decode(Bytes.wrap(whole.toByteArray()));
  }

  /**
   * Removes what an item that no longer holds it left behind. What cannot be removed now goes when
   * its time is over.
   */
  void forget(Item job) {
    if (job.has(JobItem.HELD)) {
      forget(job.text(JobTable.ID), job.bytes(JobItem.HELD));
    }
  }

  /** The same for what {@link #hold} gave and no item got. */
  void forget(UUID job, Bytes held) {
    forget(job.toString(), held);
  }

  private void forget(String job, Bytes held) {
    if (held.at(0) != IN_PIECES) {
      return;
    }
    var pieces = pieces(held);
    try {
      for (int i = 0; i < pieces.count(); i++) {
        table.delete(pieceId(job, pieces.stamp(), i));
      }
    } catch (UnavailableException notNow) {
      // They are of use to nobody, and have a time after which they are removed.
    }
  }

  private record Pieces(long stamp, int count) {}

  private static Pieces pieces(Bytes held) {
    var in = held.toByteBuffer().position(1);
    return new Pieces(in.getLong(), in.getInt());
  }

  private static String pieceId(String job, long stamp, int number) {
    return "held#" + job + "#" + Long.toHexString(stamp) + "#" + number;
  }

  private static byte[] encode(Message message) {
    byte[] head = Envelope.head(message).getBytes(StandardCharsets.UTF_8);
    var payload = message.payload() instanceof Body.Inline inline ? inline.bytes() : Bytes.empty();
    return ByteBuffer.allocate(1 + Integer.BYTES + head.length + payload.length())
        .put(WHOLE)
        .putInt(head.length)
        .put(head)
        .put(payload.toByteBuffer())
        .array();
  }

  private static Optional<Message> decode(Bytes whole) {
    try {
      int head = whole.toByteBuffer().getInt();
      int payload = Math.addExact(Integer.BYTES, head);
      return Optional.of(
          Envelope.message(
              whole.slice(Integer.BYTES, payload).toUtf8(), whole.slice(payload, whole.length())));
    } catch (IllegalArgumentException
        | IndexOutOfBoundsException
        | BufferUnderflowException
        | ArithmeticException unreadable) {
      // A newer version's, perhaps. It must not stop the sweep for all others.
      return Optional.empty();
    }
  }
}
