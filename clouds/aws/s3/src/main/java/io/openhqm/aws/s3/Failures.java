package io.openhqm.aws.s3;

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
          "S3 gave no answer about the bucket of bodies: look at the network, the region and the"
              + " credentials",
          SOON,
          cause);
    }
    if (answer.isThrottlingException() || answer.statusCode() >= 500) {
      return new UnavailableException(
          "S3 failed in a call to the bucket of bodies (" + code(answer) + "): come again",
          SOON,
          cause);
    }
    return new UnavailableException(
        "S3 refused a call to the bucket of bodies ("
            + code(answer)
            + "): look at the bucket's name, the region and what this role may do; without"
            + " s3:ListBucket it is not told that a body is not there",
        LATER,
        cause);
  }

  /** Whether there was a connection, and it broke. */
  static boolean isCut(SdkException failure) {
    return failure.getCause() instanceof SocketException cause
        && !(cause instanceof ConnectException);
  }

  private static String code(SdkServiceException answer) {
    var details = answer instanceof AwsServiceException aws ? aws.awsErrorDetails() : null;
    return details == null || details.errorCode() == null
        ? "HTTP " + answer.statusCode()
        : details.errorCode();
  }
}
