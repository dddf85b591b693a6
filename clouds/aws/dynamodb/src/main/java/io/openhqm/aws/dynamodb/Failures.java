package io.openhqm.aws.dynamodb;

import io.openhqm.core.UnavailableException;
import java.net.ConnectException;
import java.net.SocketException;
import java.time.Duration;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.exception.SdkServiceException;

/**
 * Says in words what the SDK says in classes. Only its error codes are told: its own texts name
 * accounts and roles, and a client reads ours.
 */
final class Failures {
  private static final Duration SOON = Duration.ofSeconds(1);
  private static final Duration LATER = Duration.ofSeconds(10);

  private Failures() {}

  static UnavailableException of(SdkException cause) {
    if (!(cause instanceof SdkServiceException answer)) {
      return new UnavailableException(
          "DynamoDB gave no answer about the job table: look at the network, the region and the"
              + " credentials",
          SOON,
          cause);
    }
    String code = code(answer);
    if (answer.isThrottlingException() || code.startsWith("Transaction")) {
      return new UnavailableException(
          "DynamoDB has no room for calls to the job table now ("
              + code
              + "): come again, or raise its limits",
          SOON,
          cause);
    }
    if (answer.statusCode() >= 500) {
      return new UnavailableException(
          "DynamoDB failed in a call to the job table (" + code + "): come again", SOON, cause);
    }
    return new UnavailableException(
        "DynamoDB refused a call to the job table ("
            + code
            + "): look at the table's name, the region and what this role may do",
        LATER,
        cause);
  }

  /** Whether there was a connection, and it broke. */
  static boolean isCut(SdkException failure) {
    return failure.getCause() instanceof SocketException cause
        && !(cause instanceof ConnectException);
  }

  /** Somebody else's step came between each look and each write. */
  static UnavailableException neverStill() {
    return new UnavailableException(
        "a job changed each time that it was looked at: come again", SOON);
  }

  private static String code(SdkServiceException answer) {
    var details = answer instanceof AwsServiceException aws ? aws.awsErrorDetails() : null;
    return details == null || details.errorCode() == null
        ? "HTTP " + answer.statusCode()
        : details.errorCode();
  }
}
