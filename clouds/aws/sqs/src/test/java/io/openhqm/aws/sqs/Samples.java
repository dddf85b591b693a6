package io.openhqm.aws.sqs;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.Message;
import io.openhqm.core.Metadata;
import io.openhqm.core.Priority;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Messages and records to test with. */
final class Samples {
  static final Instant SUBMITTED = Instant.parse("2026-03-04T05:06:07.089Z");

  private Samples() {}

  static Message message() {
    return message(Bytes.utf8("{}"));
  }

  static Message message(Bytes payload) {
    return message(payload, Optional.empty());
  }

  static Message messageOf(String session) {
    return message(Bytes.utf8("{}"), Optional.of(session));
  }

  private static Message message(Bytes payload, Optional<String> session) {
    return new Message(
        UUID.randomUUID(),
        Body.of(payload),
        Headers.of("Content-Type", "application/json"),
        metadata(session),
        SUBMITTED,
        Optional.empty());
  }

  static Metadata metadata(Optional<String> session) {
    return new Metadata(
        Optional.of("orders"),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Priority.NORMAL,
        session,
        Bytes.empty());
  }

  /** What SQS would hand over of {@code parcel}. */
  static SqsRecord record(Parcel parcel) {
    return record(parcel, Map.of());
  }

  static SqsRecord record(Parcel parcel, Map<String, String> moreOfSqs) {
    var system = new HashMap<String, String>();
    system.put("ApproximateReceiveCount", "3");
    system.put("SentTimestamp", String.valueOf(SUBMITTED.toEpochMilli()));
    system.putAll(moreOfSqs);
    return new SqsRecord(
        UUID.randomUUID().toString(), "receipt", parcel.body(), parcel.attributes(), system);
  }
}
