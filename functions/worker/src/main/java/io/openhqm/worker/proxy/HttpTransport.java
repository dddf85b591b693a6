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

  /** So much of an answer is read without asking for room, but for what is on its way by then. */
  int SMALL_ANSWER = 64 * 1024;

  /**
   * @param url with path and query as they are to be sent
   * @param body empty: none is sent
   * @param answerBytesMax the largest body of an answer that is taken
   * @param room for an answer that is larger than {@link #SMALL_ANSWER}
   */
  record Request(
      String method,
      URI url,
      Endpoint.HttpVersion version,
      Headers headers,
      Bytes body,
      long answerBytesMax,
      Room room) {
    /** Whether an answer becomes large when that many bytes are added to so many. */
    public boolean becomesLarge(long length, long more) {
      return length <= SMALL_ANSWER && length + more > SMALL_ANSWER;
    }
  }

  /** Memory for a large answer. */
  @FunctionalInterface
  interface Room {
    /**
     * Waits until there is room for an answer of so many bytes. Called once at most, with all that
     * the answer can take, by the thread that asked for the exchange.
     *
     * @throws TimeoutException if there was none in the time that the exchange has
     */
    void take(long bytes) throws InterruptedException, TimeoutException;
  }

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
