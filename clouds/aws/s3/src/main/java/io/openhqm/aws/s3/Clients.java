package io.openhqm.aws.s3;

import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * How S3 is spoken to: it answers in a fraction of a second or something is wrong, and a client
 * waits for its 503. Three tries of a silent endpoint are over in six seconds.
 */
final class Clients {
  private static final int TRIES = 3;
  private static final Duration CONNECT_MAX = Duration.ofSeconds(1);
  private static final Duration SILENCE_MAX = Duration.ofSeconds(2);

  private Clients() {}

  /** An endpoint that is an IP address is asked for the bucket by path, others by host name. */
  static S3ClientBuilder builder(String region) {
    return S3Client.builder()
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
                .retryStrategy(
                    AwsRetryStrategy.standardRetryStrategy().toBuilder()
                        .maxAttempts(TRIES)
                        .backoffStrategy(exponential(50, 500))
                        .throttlingBackoffStrategy(exponential(100, 1_000))
                        .build())
                .build());
  }

  private static BackoffStrategy exponential(long firstMillis, long lastMillis) {
    return BackoffStrategy.exponentialDelay(
        Duration.ofMillis(firstMillis), Duration.ofMillis(lastMillis));
  }
}
