package io.openhqm.aws.spring;

import io.openhqm.core.Attempt;
import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.PermanentException;
import io.openhqm.core.Processor;
import io.openhqm.core.Result;
import io.openhqm.core.RetryException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import org.springframework.messaging.MessageHeaders;
import org.springframework.messaging.support.GenericMessage;
import tools.jackson.databind.ObjectMapper;

/**
 * Has a {@code Function} or {@code Consumer} bean work on messages. It is called by many threads at
 * once, as a batch is worked on at the same time.
 *
 * <p>A function that throws is called again, up to {@code worker.max_retries}; one that throws
 * {@link PermanentException} or {@link RetryException}, wrapped in what a function may throw, has
 * said how it is to go on. A payload that does not become what the function takes fails at once.
 */
final class FunctionProcessor implements Processor {
  private static final String JSON = "application/json";

  private final String name;
  private final TeamFunction function;
  private final PayloadReader payloads;
  private final ObjectMapper mapper;

  /**
   * @param mapper reads and writes what is neither bytes nor text
   */
  FunctionProcessor(String name, TeamFunction function, ObjectMapper mapper) {
    this.name = name;
    this.function = function;
    this.payloads = PayloadReader.of(name, function.payload(), mapper);
    this.mapper = mapper;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Result process(Attempt attempt)
      throws RetryException, PermanentException, InterruptedException {
    var payload = payloads.read(bytes(attempt), attempt.message().headers());
    Object input =
        function.takesMessage() ? new GenericMessage<>(payload, headers(attempt)) : payload;
    try {
      return ReturnedValue.of(function.code().apply(input), mapper);
    } catch (RuntimeException thrown) {
      rethrowWhatItMeans(thrown);
      throw thrown;
    }
  }

  private static Bytes bytes(Attempt attempt) {
    return attempt.message().payload() instanceof Body.Inline inline
        ? inline.bytes()
        : Bytes.empty();
  }

  /** The client's header fields in lower case, the first of each name, and what is ours. */
  private static MessageHeaders headers(Attempt attempt) {
    var message = attempt.message();
    var headers = new HashMap<String, Object>();
    for (var field : message.headers().fields()) {
      headers.putIfAbsent(field.name().toLowerCase(Locale.ROOT), field.value());
    }
    headers.put(MessageHeaders.CONTENT_TYPE, message.headers().first("Content-Type").orElse(JSON));
    headers.put("correlation_id", message.id().toString());
    headers.put("attempt", attempt.number());
    headers.put("endpoint", attempt.route().name());
    return new MessageHeaders(headers);
  }

  private static void rethrowWhatItMeans(RuntimeException thrown)
      throws RetryException, PermanentException, InterruptedException {
    var seen = new HashSet<Throwable>();
    for (Throwable cause = thrown; cause != null && seen.add(cause); cause = cause.getCause()) {
      switch (cause) {
        case PermanentException never -> throw never;
        case RetryException again -> throw again;
        case InterruptedException stopped -> throw stopped;
        default -> {}
      }
    }
  }
}
