package io.openhqm.aws.spring;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.Result;
import org.jspecify.annotations.Nullable;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageHeaders;
import tools.jackson.databind.ObjectMapper;

/** Makes the result that a client reads of what a function returns. */
final class ReturnedValue {
  /** The header of a returned message that holds the result's status code. */
  static final String STATUS_CODE = "statusCode";

  private ReturnedValue() {}

  /**
   * The result: 204 for nothing, bytes and text as they are, anything else as JSON. A message says
   * by its headers what its payload is, and with which status code it goes.
   */
  static Result of(@Nullable Object returned, ObjectMapper mapper) {
    if (!(returned instanceof Message<?> message)) {
      return ofPayload(returned, mapper);
    }
    var result = ofPayload(message.getPayload(), mapper);
    int status =
        message.getHeaders().get(STATUS_CODE) instanceof Number code
            ? code.intValue()
            : result.statusCode();
    var type = message.getHeaders().get(MessageHeaders.CONTENT_TYPE);
    return new Result(
        status,
        type == null ? result.headers() : Headers.of("Content-Type", type.toString()),
        result.body());
  }

  private static Result ofPayload(@Nullable Object payload, ObjectMapper mapper) {
    return switch (payload) {
      case null -> new Result(204, Headers.none(), Body.empty());
      case byte[] bytes ->
          new Result(
              200,
              Headers.of("Content-Type", "application/octet-stream"),
              Body.of(Bytes.wrap(bytes.clone())));
      case String text -> Result.text(text);
      default -> Result.json(Bytes.wrap(mapper.writeValueAsBytes(payload)));
    };
  }
}
