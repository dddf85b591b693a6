package io.openhqm.aws.sqs;

import static java.util.Objects.requireNonNull;

import io.openhqm.core.Secret;
import io.openhqm.core.config.OpenHqmConfig;
import java.net.URI;
import java.util.Optional;

/**
 * Which queues are used. Each is given by its URL, or by its name, and then SQS is asked for the
 * URL. One whose name ends in {@code .fifo} is a FIFO queue.
 *
 * @param region where the queues are
 * @param requests where requests wait
 * @param deadLetters where messages go that were given up
 * @param responses where finished jobs are announced; empty: nowhere
 * @param messageBytesMax the {@code MaximumMessageSize} of the first two; 262,144 to 1,048,576
 * @param endpoint where SQS is; empty: where the SDK finds it, by the region or by its own settings
 *     such as {@code AWS_ENDPOINT_URL_SQS}
 */
public record SqsSettings(
    String region,
    String requests,
    String deadLetters,
    Optional<String> responses,
    long messageBytesMax,
    Optional<URI> endpoint) {
  private static final long MESSAGE_BYTES_LEAST = 256 * 1024;
  private static final long MESSAGE_BYTES_MOST = 1024 * 1024;

  public SqsSettings {
    requireNonNull(region, "region");
    requireNonNull(requests, "requests");
    requireNonNull(deadLetters, "deadLetters");
    requireNonNull(responses, "responses");
    requireNonNull(endpoint, "endpoint");
    if (messageBytesMax < MESSAGE_BYTES_LEAST || messageBytesMax > MESSAGE_BYTES_MOST) {
      throw new IllegalArgumentException(
          "messageBytesMax must be "
              + MESSAGE_BYTES_LEAST
              + " to "
              + MESSAGE_BYTES_MOST
              + " but is "
              + messageBytesMax);
    }
  }

  /** What {@code queue.sqs_*} says, and where that says nothing, the names of the queues. */
  public static SqsSettings of(OpenHqmConfig config) {
    var queue = config.queue();
    return new SqsSettings(
        setting(queue, "sqs_region").orElse(""),
        setting(queue, "sqs_queue_url").orElse(queue.requestQueueName()),
        setting(queue, "sqs_dlq_url").orElse(queue.dlqName()),
        queue.announceResponses()
            ? Optional.of(
                setting(queue, "sqs_response_queue_url").orElse(queue.responseQueueName()))
            : Optional.empty(),
        setting(queue, "sqs_max_message_bytes").map(Long::valueOf).orElse(MESSAGE_BYTES_LEAST),
        Optional.empty());
  }

  private static Optional<String> setting(OpenHqmConfig.Queue queue, String name) {
    return Optional.ofNullable(queue.connection().get(name))
        .map(Secret::reveal)
        .filter(text -> !text.isBlank());
  }

  /** The same at another place, such as an emulator. */
  public SqsSettings at(URI otherEndpoint) {
    return new SqsSettings(
        region, requests, deadLetters, responses, messageBytesMax, Optional.of(otherEndpoint));
  }
}
