package io.openhqm.core.api;

/** Answers requests. Safe for use by many threads; calls block, as suits virtual threads. */
@FunctionalInterface
public interface ApiFunction {
  /**
   * The answer, whatever came in: bad input gets a problem (RFC 9457), an engine that cannot answer
   * a 503.
   *
   * @throws InterruptedException if the thread was interrupted while the client waited
   */
  ApiResponse handle(ApiRequest request) throws InterruptedException;
}
