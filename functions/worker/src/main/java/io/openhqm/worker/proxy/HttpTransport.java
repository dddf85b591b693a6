package io.openhqm.worker.proxy;

import io.openhqm.core.Bytes;
import io.openhqm.core.Endpoint;
import io.openhqm.core.Headers;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/**
 * One HTTP exchange with a backend: no redirects, no retries, no decoding, no cookies. Connections
 * are reused. Safe for use by many threads.
 */
public interface HttpTransport extends AutoCloseable {
  /** What a request says of itself where its client said nothing. */
  String USER_AGENT = "openhqm";

  /**
   * @param url with path and query as they are to be sent
   * @param body empty: none is sent
   * @param answerBytesMax the largest body of an answer that is taken
   */
  record Request(
      String method,
      URI url,
      Endpoint.HttpVersion version,
      Headers headers,
      Bytes body,
      long answerBytesMax) {}

  /**
   * @param status as it came: it may be one that HTTP does not have
   * @param headers without those that would break a line
   */
  record Answer(int status, Headers headers, Bytes body) {}

  /**
   * Sends a request and takes the whole answer.
   *
   * @param left the longest that it may take, from the connection to the last byte of the body
   * @throws TimeoutException if it took longer; nothing of it goes on
   * @throws AnswerTooLargeException as soon as the answer is known to be larger than admitted; what
   *     was read is dropped, and so is the connection
   * @throws IOException if there was no whole answer
   * @throws InterruptedException if the thread was interrupted; the exchange is aborted
   */
  Answer exchange(Request request, Duration left)
      throws IOException, InterruptedException, TimeoutException;

  /** Aborts what is under way and closes the connections. */
  @Override
  void close();

  /** The answer is larger than the limit. */
  final class AnswerTooLargeException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * @param max the limit in bytes
     */
    public AnswerTooLargeException(long max) {
      super("the answer is larger than " + max + " bytes");
    }
  }
}
