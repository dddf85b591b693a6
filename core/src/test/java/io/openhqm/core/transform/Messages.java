package io.openhqm.core.transform;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.Message;
import io.openhqm.core.Metadata;
import io.openhqm.core.Priority;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Messages for tests. */
public final class Messages {
  /** Of every one of them. */
  public static final UUID ID = UUID.fromString("019c3789-1234-7abc-8def-0123456789ab");

  private Messages() {}

  /**
   * @param metadata a JSON object, of which nothing is read: the fields of its own are not set
   */
  public static Message of(String payload, String metadata, Headers headers) {
    return new Message(
        ID,
        Body.of(Bytes.utf8(payload)),
        headers,
        new Metadata(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Priority.NORMAL,
            Optional.empty(),
            Bytes.utf8(metadata)),
        Instant.parse("2026-02-07T10:30:00Z"),
        Optional.empty());
  }
}
