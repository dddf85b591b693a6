package io.openhqm.server;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.impl.io.DefaultHttpResponseParser;
import org.apache.hc.core5.http.io.HttpMessageParser;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.jspecify.annotations.Nullable;

/**
 * A connection of the blocking client. Unlike the client's own it is not used again when a backend
 * sent what nobody asked for, which would be taken for the answer to the next call; once closed it
 * connects to no further address; and it takes an answer that came before the whole request was
 * sent.
 */
final class BackendConnection extends DefaultBHttpClientConnection
    implements ManagedHttpClientConnection {
  /** To find that the backend closed it takes a read of a millisecond; not so soon after a call. */
  private static final TimeValue READ_AFTER_IDLE = TimeValue.ofMilliseconds(500);

  private final Parser parser;
  private volatile boolean isClosed;
  private long idleSinceNanos;
  private boolean isCut;

  BackendConnection(Http1Config limits) {
    this(limits, new Parser(limits));
  }

  private BackendConnection(Http1Config limits, Parser parser) {
    // ISO-8859-1: without it the bytes 0x80 to 0x9f are sent as question marks.
    super(
        limits,
        StandardCharsets.ISO_8859_1.newDecoder(),
        StandardCharsets.ISO_8859_1.newEncoder(),
        null,
        null,
        null,
        unused -> parser);
    this.parser = parser;
  }

  @Override
  public void bind(Socket socket) throws IOException {
    super.bind(socket);
    requireNotClosed();
  }

  @Override
  public void bind(SSLSocket secured, Socket socket) throws IOException {
    super.bind(secured, socket);
    requireNotClosed();
  }

  private void requireNotClosed() throws IOException {
    if (isClosed) {
      super.close(CloseMode.IMMEDIATE);
      throw new IOException("the connection was closed while it was made");
    }
  }

  @Override
  public @Nullable Socket getSocket() {
    var held = getSocketHolder();
    return held == null ? null : held.getSocket();
  }

  @Override
  public void activate() {
    // It has no timeouts.
  }

  @Override
  public void passivate() {
    idleSinceNanos = System.nanoTime();
  }

  @Override
  public boolean isStale() throws IOException {
    return !isOpen() || hasUnread() || isLongIdle() && (super.isStale() || hasUnread());
  }

  private boolean isLongIdle() {
    return System.nanoTime() - idleSinceNanos > READ_AFTER_IDLE.toNanoseconds();
  }

  /** Without waiting; over TLS also what is not decrypted yet, such as that it ends. */
  private boolean hasUnread() throws IOException {
    var held = ensureOpen();
    return parser.hasUnread()
        || held.getInputStream().available() > 0
        || held.getBaseSocket().getInputStream().available() > 0;
  }

  @Override
  public void sendRequestEntity(ClassicHttpRequest request) throws HttpException, IOException {
    try {
      super.sendRequestEntity(request);
    } catch (IOException unsent) {
      requireAnswered(unsent);
    }
  }

  @Override
  public void flush() throws IOException {
    if (isCut) {
      return;
    }
    try {
      super.flush();
    } catch (IOException unsent) {
      requireAnswered(unsent);
    }
  }

  private void requireAnswered(IOException unsent) throws IOException {
    isCut = isOpen() && hasUnread();
    if (!isCut) {
      throw unsent;
    }
  }

  @Override
  public boolean isConsistent() {
    return !isCut && super.isConsistent();
  }

  @Override
  public void close() throws IOException {
    isClosed = true;
    super.close();
  }

  @Override
  public void close(CloseMode mode) {
    isClosed = true;
    super.close(mode);
  }

  /** Knows the buffer, of which the connection does not tell whether something is left in it. */
  private static final class Parser implements HttpMessageParser<ClassicHttpResponse> {
    private final DefaultHttpResponseParser parser;
    private @Nullable SessionInputBuffer buffer;

    Parser(Http1Config limits) {
      this.parser = new DefaultHttpResponseParser(limits);
    }

    @Override
    public ClassicHttpResponse parse(SessionInputBuffer from, InputStream in)
        throws IOException, HttpException {
      buffer = from;
      return parser.parse(from, in);
    }

    boolean hasUnread() {
      return buffer != null && buffer.length() > 0;
    }
  }
}
