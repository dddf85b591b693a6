package io.openhqm.core;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * What travels on a queue: one submission on its way to a processor.
 *
 * @param id the job's id, which is the client's correlation id
 * @param payload the bytes for the backend, exactly as the client sent them
 * @param headers the client's own header fields for the backend; its {@code Content-Type}, where it
 *     sent one, is among them
 * @param metadata how it wants to be handled
 * @param submittedAt when it was accepted
 * @param traceparent the W3C trace context to go on with ({@code traceparent} header value); empty:
 *     none came
 */
public record Message(
    UUID id,
    Body payload,
    Headers headers,
    Metadata metadata,
    Instant submittedAt,
    Optional<String> traceparent) {
  public Message {
    requireNonNull(id, "id");
    requireNonNull(payload, "payload");
    requireNonNull(headers, "headers");
    requireNonNull(metadata, "metadata");
    requireNonNull(submittedAt, "submittedAt");
    requireNonNull(traceparent, "traceparent");
  }

  /**
   * The same message with another payload: a claim check for the bytes, or the bytes for a claim
   * check.
   */
  public Message withPayload(Body other) {
    return new Message(id, other, headers, metadata, submittedAt, traceparent);
  }
}
