package io.openhqm.aws.lambda;

import java.time.Duration;

/** Who hands a request over, and what of an answer it can carry. */
enum Trigger {
  /** API Gateway HTTP API, payload format 2.0. It hangs up after 30 s. */
  HTTP_API(Limits.LAMBDA_BYTES, Duration.ofSeconds(25)),
  /** A function's own URL. */
  FUNCTION_URL(Limits.LAMBDA_BYTES, Duration.ofMinutes(15)),
  /** API Gateway REST API, or HTTP API with payload format 1.0. It hangs up after 29 s. */
  REST_API(Limits.LAMBDA_BYTES, Duration.ofSeconds(25)),
  /** Application Load Balancer whose target group has multi-value headers off. */
  LOAD_BALANCER(Limits.LOAD_BALANCER_BYTES, Duration.ofSeconds(25)),
  /** Application Load Balancer whose target group has multi-value headers on. */
  LOAD_BALANCER_MULTI(Limits.LOAD_BALANCER_BYTES, Duration.ofSeconds(25));

  private final int answerBytesMax;
  private final Duration waitMax;

  Trigger(int answerBytesMax, Duration waitMax) {
    this.answerBytesMax = answerBytesMax;
    this.waitMax = waitMax;
  }

  /** The largest answer in bytes of its JSON, in which a body that is no text is base64. */
  int answerBytesMax() {
    return answerBytesMax;
  }

  /** The longest that it lets a client wait, with what the way takes. */
  Duration waitMax() {
    return waitMax;
  }

  /** Fields of a name that stands more than once go in a list of values. */
  boolean hasMultiValueHeaders() {
    return this == REST_API || this == LOAD_BALANCER_MULTI;
  }

  private static final class Limits {
    /** 6 MB, as Lambda counts them (6,291,556 bytes), with something to spare. */
    static final int LAMBDA_BYTES = 6_291_456;

    static final int LOAD_BALANCER_BYTES = 1_048_576;
  }
}
