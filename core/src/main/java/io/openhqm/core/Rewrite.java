package io.openhqm.core;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a route makes of the call of a backend, taken out of the message.
 *
 * @param headers fields over the client's of the same name, below the endpoint's own
 * @param query parameters in place of the client's of the same name; one that the endpoint's URL
 *     has is left to it
 * @param payload what makes the payload; empty: it goes on as it came
 */
public record Rewrite(
    Headers headers, List<Parameter> query, Optional<Transformation.Compiled> payload) {
  /** Nothing is changed. */
  public static final Rewrite NONE = new Rewrite(Headers.none(), List.of(), Optional.empty());

  /** One query parameter, neither part encoded. */
  public record Parameter(String name, String value) {
    /** The name only: the value came from a client. */
    @Override
    public String toString() {
      return name + "=…";
    }
  }

  public Rewrite {
    requireNonNull(headers, "headers");
    query = List.copyOf(query);
    requireNonNull(payload, "payload");
  }

  /**
   * The message with the payload for the backend; the fields that described the client's payload
   * are gone with it. The message itself stays as it is: another attempt starts from it again.
   *
   * @throws PermanentException if no payload can be made of this message
   */
  public Message applyTo(Message message) throws PermanentException, InterruptedException {
    if (payload.isEmpty()) {
      return message;
    }
    var made = payload.get().apply(message);
    return new Message(
        message.id(),
        Body.of(made),
        message.headers().filter(field -> !describesPayload(field.name())),
        message.metadata(),
        message.submittedAt(),
        message.traceparent());
  }

  /** Fields about the representation that a body is (RFC 9110 §8, RFC 9530). */
  private static boolean describesPayload(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "content-type",
          "content-encoding",
          "content-language",
          "content-length",
          "content-md5",
          "content-digest",
          "repr-digest",
          "digest" ->
          true;
      default -> false;
    };
  }
}
