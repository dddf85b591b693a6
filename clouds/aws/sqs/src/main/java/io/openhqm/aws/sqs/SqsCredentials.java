package io.openhqm.aws.sqs;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.auth.credentials.SystemPropertyCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;

/**
 * The SDK's own order of places where credentials are looked for: system properties, environment,
 * then the rest. A function finds them in its environment, and is spared the many classes of the
 * rest. Safe for use by many threads.
 */
final class SqsCredentials implements AwsCredentialsProvider {
  private final AwsCredentialsProvider properties = SystemPropertyCredentialsProvider.create();
  private final AwsCredentialsProvider environment =
      EnvironmentVariableCredentialsProvider.create();
  private @Nullable AwsCredentialsProvider rest;

  @Override
  public AwsCredentials resolveCredentials() {
    try {
      return properties.resolveCredentials();
    } catch (SdkClientException notThere) {
      return fromEnvironment();
    }
  }

  private AwsCredentials fromEnvironment() {
    try {
      return environment.resolveCredentials();
    } catch (SdkClientException notThere) {
      return rest().resolveCredentials();
    }
  }

  private synchronized AwsCredentialsProvider rest() {
    if (rest == null) {
      rest = DefaultCredentialsProvider.builder().build();
    }
    return rest;
  }
}
