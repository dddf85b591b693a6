package io.openhqm.aws.sqs;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.SqsClientBuilder;

/**
 * Makes clients whose calls end in time: a client of ours that waits for its 202 must be told 503
 * while it still listens.
 *
 * <p>A function may stand still between two calls for longer than SQS keeps a connection. The JDK
 * uses none again that was idle for 5 seconds by the clock; one that dies sooner costs a try.
 */
final class SqsClients {
  /**
   * How long calls may take that do not wait for messages.
   *
   * @param attempt one try
   * @param call all tries together
   */
  record Limits(Duration attempt, Duration call) {
    /** With room in one try for the first call of a cold and slow function. */
    static final Limits USUAL = new Limits(Duration.ofSeconds(3), Duration.ofSeconds(6));
  }

  private static final int TRIES = 3;
  private static final Duration CONNECT = Duration.ofSeconds(2);

  /** Longer than the longest poll, so that the limits above are the ones that count. */
  private static final Duration SOCKET = Duration.ofSeconds(30);

  private SqsClients() {}

  static SqsClientBuilder builder(
      String region, Optional<URI> endpoint, AwsCredentialsProvider credentials, Limits limits) {
    var builder =
        SqsClient.builder()
            .region(Region.of(region))
            .credentialsProvider(credentials)
            .httpClientBuilder(
                UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(SOCKET))
            .overrideConfiguration(
                of ->
                    of.retryStrategy(retries())
                        .apiCallAttemptTimeout(limits.attempt())
                        .apiCallTimeout(limits.call()));
    endpoint.ifPresent(builder::endpointOverride);
    return builder;
  }

  /** The pauses are short: whoever is throttled is told so, and comes again later by itself. */
  private static StandardRetryStrategy retries() {
    return AwsRetryStrategy.standardRetryStrategy().toBuilder()
        .maxAttempts(TRIES)
        .backoffStrategy(pauses(25, 250))
        .throttlingBackoffStrategy(pauses(100, 500))
        .build();
  }

  private static BackoffStrategy pauses(long firstMillis, long lastMillis) {
    return BackoffStrategy.exponentialDelay(
        Duration.ofMillis(firstMillis), Duration.ofMillis(lastMillis));
  }
}
