package io.openhqm.aws.sqs;

import io.openhqm.core.EngineException;
import io.openhqm.core.UnavailableException;
import java.net.ConnectException;
import java.net.SocketException;
import java.time.Duration;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sqs.model.MessageNotInflightException;
import software.amazon.awssdk.services.sqs.model.QueueDoesNotExistException;
import software.amazon.awssdk.services.sqs.model.ReceiptHandleIsInvalidException;
import software.amazon.awssdk.services.sqs.model.SqsException;

/**
 * What the failures of SQS mean here. Texts name the queue, never its account, and of what SQS said
 * only its code: the rest is in the cause, for the log.
 */
final class SqsFailures {
  /** Comes right by itself. */
  private static final Duration SOON = Duration.ofSeconds(2);

  /** Somebody has to do something. */
  private static final Duration LATER = Duration.ofSeconds(5);

  private static final int BAD_REQUEST = 400;
  private static final int FORBIDDEN = 403;
  private static final int SERVER_ERROR = 500;
  private static final Set<String> NO_SUCH_QUEUE =
      Set.of(
          "AWS.SimpleQueueService.NonExistentQueue",
          "QueueDoesNotExist",
          "com.amazonaws.sqs#QueueDoesNotExist");
  private static final Set<String> NOT_ALLOWED =
      Set.of(
          "AccessDenied",
          "AccessDeniedException",
          "ExpiredToken",
          "ExpiredTokenException",
          "IncompleteSignature",
          "InvalidAccessKeyId",
          "InvalidClientTokenId",
          "InvalidSecurity",
          "MissingAuthenticationToken",
          "SignatureDoesNotMatch",
          "UnrecognizedClientException");

  /** What is wrong, and how long it may last. */
  private record Diagnosis(String text, Duration retryAfter) {}

  private SqsFailures() {}

  /** While it runs. */
  static UnavailableException unavailable(String action, SqsQueue queue, SdkException failure) {
    var diagnosis = diagnosis(action, queue, failure);
    return new UnavailableException(diagnosis.text, diagnosis.retryAfter, failure);
  }

  /** Whether there was a connection, and it broke. */
  static boolean isCut(SdkException failure) {
    return failure.getCause() instanceof SocketException cause
        && !(cause instanceof ConnectException);
  }

  /** The failure of one entry of a batch, as that of a call of its own would be. */
  static AwsServiceException of(BatchResultErrorEntry entry) {
    return SqsException.builder()
        .statusCode(Boolean.TRUE.equals(entry.senderFault()) ? BAD_REQUEST : SERVER_ERROR)
        .message(entry.message())
        .awsErrorDetails(AwsErrorDetails.builder().errorCode(entry.code()).build())
        .build();
  }

  /** At the start. */
  static EngineException notOpened(String action, SqsQueue queue, SdkException failure) {
    return new EngineException(diagnosis(action, queue, failure).text, failure);
  }

  private static Diagnosis diagnosis(String action, SqsQueue queue, SdkException failure) {
    return failure instanceof AwsServiceException refusal
        ? refused(action, queue, refusal)
        : unanswered(action, queue, failure);
  }

  private static Diagnosis refused(String action, SqsQueue queue, AwsServiceException refusal) {
    String code = code(refusal);
    String what = action + " on the queue '" + queue.name() + "'";
    if (refusal instanceof QueueDoesNotExistException || NO_SUCH_QUEUE.contains(code)) {
      return new Diagnosis(
          "SQS knows no queue '"
              + queue.name()
              + "' in this region and account; create it, or correct queue.sqs_queue_url,"
              + " queue.sqs_dlq_url, queue.sqs_response_queue_url or queue.sqs_region",
          LATER);
    }
    // SQS throttles with 403 too, so this comes first.
    if (refusal.isThrottlingException() || isThrottling(code)) {
      return new Diagnosis("SQS throttles " + what + " (" + code + "); try again later", SOON);
    }
    if (refusal.statusCode() == FORBIDDEN || NOT_ALLOWED.contains(code)) {
      return new Diagnosis(
          "SQS does not allow "
              + what
              + " ("
              + code
              + "); grant sqs:"
              + action
              + " to the role of this process, or look at its credentials",
          LATER);
    }
    if (refusal.statusCode() >= SERVER_ERROR) {
      return new Diagnosis(
          "SQS failed at " + what + " (status " + refusal.statusCode() + "); try again later",
          SOON);
    }
    return code.startsWith("Kms")
        ? new Diagnosis(
            "SQS cannot use the key that encrypts the queue '"
                + queue.name()
                + "' ("
                + code
                + "); look at the key and its policy",
            LATER)
        : new Diagnosis(
            "SQS refuses "
                + what
                + " ("
                + code
                + "); compare the queue's attributes with the settings queue.sqs_*",
            LATER);
  }

  private static Diagnosis unanswered(String action, SqsQueue queue, SdkException failure) {
    String what = action + " on the queue '" + queue.name() + "'";
    return switch (failure) {
      case AbortedException stopped ->
          new Diagnosis(what + " was interrupted; whether it was done is not known", SOON);
      case ApiCallTimeoutException slow ->
          new Diagnosis("SQS gave no answer to " + what + " in time; try again later", SOON);
      case ApiCallAttemptTimeoutException slow ->
          new Diagnosis("SQS gave no answer to " + what + " in time; try again later", SOON);
      default ->
          new Diagnosis(
              "SQS could not be asked for "
                  + what
                  + "; look at the network, the region and the credentials of this process",
              SOON);
    };
  }

  private static boolean isThrottling(String code) {
    return code.equals("OverLimit") || code.contains("Throttl");
  }

  private static String code(AwsServiceException refusal) {
    var details = refusal.awsErrorDetails();
    return details == null || details.errorCode() == null
        ? "status " + refusal.statusCode()
        : details.errorCode();
  }

  /**
   * Whether it says that a message is no longer held by this receipt: it was handed on to another
   * receiver, or is gone.
   */
  static boolean isNoLongerHeld(AwsServiceException refusal) {
    return refusal instanceof MessageNotInflightException
        || refusal instanceof ReceiptHandleIsInvalidException
        || isNoLongerHeld(code(refusal), String.valueOf(refusal.getMessage()));
  }

  private static boolean isNoLongerHeld(String code, String message) {
    return switch (code) {
      case "MessageNotInflight",
          "AWS.SimpleQueueService.MessageNotInflight",
          "ReceiptHandleIsInvalid" ->
          true;
      // Of the parameters only the receipt can be one that was right before.
      case "InvalidParameterValue", "InvalidParameterValueException" ->
          message.contains("ReceiptHandle") || message.contains("receipt handle");
      default -> false;
    };
  }
}
