package io.openhqm.embedded;

import io.openhqm.core.Job;
import io.openhqm.core.Message;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A row of the table {@code job}, as far as it was read.
 *
 * @param ready -1: none
 * @param due -1: none
 */
record Row(
    long seq,
    UUID id,
    int kind,
    int ready,
    long due,
    @Nullable String session,
    @Nullable String key,
    byte[] state,
    byte @Nullable [] request,
    byte @Nullable [] result) {
  /** In the order in which {@link #read} wants them; a big request comes from its own table. */
  static final String COLUMNS = "seq, id, kind, ready, due, session, idem, state";

  static final String WITH_REQUEST = COLUMNS + ", request";
  static final String WITH_RESULT = COLUMNS + ", NULL, result";

  static Row read(ResultSet rows, int columns) throws SQLException {
    int ready = rows.getInt(4);
    boolean waits = ready != 0 || !rows.wasNull();
    long due = rows.getLong(5);
    boolean timed = due != 0 || !rows.wasNull();
    return new Row(
        rows.getLong(1),
        id(rows.getBytes(2)),
        rows.getInt(3),
        waits ? ready : -1,
        timed ? due : -1,
        rows.getString(6),
        rows.getString(7),
        rows.getBytes(8),
        columns >= 9 ? rows.getBytes(9) : null,
        columns >= 10 ? rows.getBytes(10) : null);
  }

  boolean is(int bit) {
    return (kind & bit) != 0;
  }

  JobPart part() {
    return RowCodec.jobPart(state, result);
  }

  /** The job as the file knows it: one that a worker is at shows as waiting. */
  Job job() {
    return part().toJob(id);
  }

  boolean isParked() {
    return Kind.isParked(ready);
  }

  /** Where its message stands when it can be delivered. */
  int line() {
    return Kind.line(ready);
  }

  Entry entry() {
    var entry = new Entry(seq, id, kind, line(), session, key, part());
    if (request != null) {
      entry.request = request;
      entry.size = request.length;
    }
    return entry;
  }

  static UUID id(byte[] bytes) {
    if (bytes.length != 16) {
      throw new DamagedRowException("an id of it has " + bytes.length + " bytes");
    }
    var buffer = ByteBuffer.wrap(bytes);
    return new UUID(buffer.getLong(), buffer.getLong());
  }

  static byte[] bytes(UUID id) {
    return ByteBuffer.allocate(16)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits())
        .array();
  }

  static int level(Message message) {
    return Kind.LEVELS - 1 - message.metadata().priority().level();
  }
}
