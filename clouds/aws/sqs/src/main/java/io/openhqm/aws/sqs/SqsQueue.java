package io.openhqm.aws.sqs;

import static java.util.Objects.requireNonNull;

/**
 * One queue of SQS.
 *
 * @param url as SQS gave it out
 */
record SqsQueue(String url) {
  private static final String FIFO_SUFFIX = ".fifo";

  SqsQueue {
    requireNonNull(url, "url");
  }

  /** The name, for people: the URL may hold what is not for everybody's eyes. */
  String name() {
    return url.substring(url.lastIndexOf('/') + 1);
  }

  boolean isFifo() {
    return url.endsWith(FIFO_SUFFIX);
  }

  @Override
  public String toString() {
    return name();
  }
}
