package io.openhqm.aws.dynamodb;

import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClientBuilder;

/**
 * How DynamoDB is spoken to: it answers in milliseconds or something is wrong, and a client waits
 * for its 503. Three tries of a silent endpoint are over in three seconds.
 */
final class Clients {
  private static final int TRIES = 3;
  private static final Duration CONNECT_MAX = Duration.ofSeconds(1);
  private static final Duration SILENCE_MAX = Duration.ofSeconds(1);

  /** All tries of one call. A function's first call also loads classes and shakes hands. */
  private static final Duration CALL_MAX = Duration.ofSeconds(5);

  private Clients() {}

  static DynamoDbClientBuilder builder(String region) {
    return DynamoDbClient.builder()
        .region(Region.of(region))
        // A function has its credentials in the environment: look nowhere else first.
        .credentialsProvider(
            AwsCredentialsProviderChain.of(
                EnvironmentVariableCredentialsProvider.create(),
                DefaultCredentialsProvider.builder().build()))
        .httpClientBuilder(
            UrlConnectionHttpClient.builder()
                .connectionTimeout(CONNECT_MAX)
                .socketTimeout(SILENCE_MAX))
        .overrideConfiguration(
            ClientOverrideConfiguration.builder()
                .apiCallTimeout(CALL_MAX)
                .retryStrategy(
                    AwsRetryStrategy.standardRetryStrategy().toBuilder()
                        .maxAttempts(TRIES)
                        .backoffStrategy(exponential(25, 250))
                        .throttlingBackoffStrategy(exponential(100, 500))
                        .build())
                .build());
  }

  private static BackoffStrategy exponential(long firstMillis, long lastMillis) {
    return BackoffStrategy.exponentialDelay(
        Duration.ofMillis(firstMillis), Duration.ofMillis(lastMillis));
  }
}
