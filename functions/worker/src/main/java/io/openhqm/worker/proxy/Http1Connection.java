package io.openhqm.worker.proxy;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.worker.proxy.HttpTransport.Answer;
import io.openhqm.worker.proxy.HttpTransport.AnswerTooLargeException;
import io.openhqm.worker.proxy.HttpTransport.Request;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeoutException;

/**
 * One connection that speaks HTTP/1.1 (RFC 9112), an exchange at a time. Fields are taken and sent
 * byte for byte, a character each.
 */
final class Http1Connection {
  private static final int HEAD_BYTES_MAX = 256 * 1024;
  private static final int FIELD_LINES_MAX = 256;
  private static final int CHUNK = 8192;
  private static final int CHUNK_DIGITS_MAX = 15;

  private final SocketChannel channel;
  private final InputStream in;
  private final OutputStream out;
  private int headBytesLeft;

  /**
   * @param channel what is closed with it
   * @param socket what is read and written: the channel's, or TLS over it
   */
  Http1Connection(SocketChannel channel, Socket socket) throws IOException {
    this.channel = channel;
    this.in = new BufferedInputStream(socket.getInputStream());
    this.out = new BufferedOutputStream(socket.getOutputStream());
  }

  /** Whether the backend has neither closed it nor sent what nobody asked for. */
  boolean isFresh() {
    try {
      channel.configureBlocking(false);
      boolean silent = channel.read(ByteBuffer.allocate(1)) == 0;
      channel.configureBlocking(true);
      return silent;
    } catch (IOException gone) {
      return false;
    }
  }

  /**
   * What came of an exchange.
   *
   * @param isReusable whether the connection is at the beginning of its next answer
   */
  record Exchanged(Answer answer, boolean isReusable) {}

  Exchanged exchange(Request request) throws IOException, InterruptedException, TimeoutException {
    try {
      write(request);
    } catch (IOException unsent) {
      return new Exchanged(earlyAnswer(request, unsent), false);
    }
    return read(request);
  }

  /** What the backend said before it closed: it need not take the whole request to refuse it. */
  private Answer earlyAnswer(Request request, IOException unsent)
      throws IOException, InterruptedException, TimeoutException {
    try {
      return read(request).answer();
    } catch (AnswerTooLargeException tooLarge) {
      throw tooLarge;
    } catch (IOException none) {
      unsent.addSuppressed(none);
      throw unsent;
    }
  }

  private Exchanged read(Request request)
      throws IOException, InterruptedException, TimeoutException {
    headBytesLeft = HEAD_BYTES_MAX;
    var status = finalStatus();
    var headers = fields();
    var framing = Framing.of(request.method(), status.code(), headers);
    var body =
        switch (framing) {
          case Framing.None() -> Bytes.empty();
          case Framing.Length(long bytes) -> announced(bytes, request);
          case Framing.Chunked() -> chunked(request);
          case Framing.UntilClose() -> untilClose(request);
        };
    boolean isReusable =
        status.isHttp11()
            && !(framing instanceof Framing.UntilClose)
            && !mayHaveMore(request, framing, headers)
            && !hasToken(headers, "Connection", "close")
            && in.available() == 0;
    return new Exchanged(new Answer(status.code(), headers, body), isReusable);
  }

  private void write(Request request) throws IOException {
    var url = request.url();
    var head = new StringBuilder(512);
    head.append(request.method()).append(' ').append(target(request)).append(" HTTP/1.1\r\n");
    if (!request.headers().has("Host")) {
      String port = url.getPort() < 0 ? "" : ":" + url.getPort();
      field(head, "Host", url.getHost() + port);
    }
    if (!request.headers().has("User-Agent")) {
      field(head, "User-Agent", HttpTransport.USER_AGENT);
    }
    for (var field : request.headers().fields()) {
      if (!field.name().equalsIgnoreCase("Content-Length")) {
        field(head, field.name(), field.value());
      }
    }
    if (!request.body().isEmpty() || usuallyHasBody(request.method())) {
      field(head, "Content-Length", Integer.toString(request.body().length()));
    }
    head.append("\r\n");
    out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    out.write(request.body().toReadOnlyArray());
    out.flush();
  }

  private static String target(Request request) {
    if (!Headers.isToken(request.method())) {
      throw new IllegalArgumentException("the method must be an HTTP token");
    }
    var url = request.url();
    String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    return url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
  }

  private static void field(StringBuilder head, String name, String value) {
    head.append(name).append(": ").append(value).append("\r\n");
  }

  /** RFC 9110 section 8.6: of these it is said that there is none. */
  private static boolean usuallyHasBody(String method) {
    return method.equals("POST") || method.equals("PUT") || method.equals("PATCH");
  }

  private record StatusLine(boolean isHttp11, int code) {}

  /** Of the answer itself: interim ones before it are passed over. */
  private StatusLine finalStatus() throws IOException {
    var status = status();
    while (status.code() >= 100 && status.code() < 200) {
      if (status.code() == 101) {
        throw new IOException("the answer changes to a protocol that was not asked for");
      }
      fields();
      status = status();
    }
    return status;
  }

  private StatusLine status() throws IOException {
    String line = line();
    boolean isHttp11 = line.startsWith("HTTP/1.1 ");
    if (!isHttp11 && !line.startsWith("HTTP/1.0 ") || line.length() < 12) {
      throw new IOException("the answer does not begin with a status line of HTTP/1.1");
    }
    return new StatusLine(isHttp11, (int) number(line.substring(9, 12), 10));
  }

  private static long number(String digits, int radix) throws IOException {
    for (int i = 0; i < digits.length(); i++) {
      if (digits.charAt(i) > 'f' || Character.digit(digits.charAt(i), radix) < 0) {
        throw new IOException("the answer has no number where one is due");
      }
    }
    if (digits.isEmpty() || digits.length() > CHUNK_DIGITS_MAX) {
      throw new IOException("the answer has no number where one is due");
    }
    return Long.parseLong(digits, radix);
  }

  private Headers fields() throws IOException {
    var lines = new ArrayList<String>();
    int count = 0;
    for (String line = line(); !line.isEmpty(); line = line()) {
      if (++count > FIELD_LINES_MAX) {
        throw new IOException(
            "the header fields of the answer have more than " + FIELD_LINES_MAX + " lines");
      }
      if (!lines.isEmpty() && isBlank(line.charAt(0))) {
        lines.set(lines.size() - 1, lines.getLast() + " " + stripped(line));
      } else {
        lines.add(line);
      }
    }
    var fields = new ArrayList<Headers.Field>(lines.size());
    for (String line : lines) {
      int colon = line.indexOf(':');
      if (colon < 0) {
        throw new IOException("the answer has a header field without a colon");
      }
      String name = stripped(line.substring(0, colon));
      String value = stripped(line.substring(colon + 1));
      if (Headers.isToken(name) && Headers.isFieldValue(value)) {
        fields.add(new Headers.Field(name, value));
      }
    }
    return new Headers(fields);
  }

  /** Without spaces and tabs around it, and those only: others are bytes of a value. */
  private static String stripped(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && isBlank(text.charAt(from))) {
      from++;
    }
    while (to > from && isBlank(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(from, to);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  private String line() throws IOException {
    var line = new StringBuilder(64);
    for (int next = next(); next != '\n'; next = next()) {
      line.append((char) next);
    }
    int end = line.length() - 1;
    return end >= 0 && line.charAt(end) == '\r' ? line.substring(0, end) : line.toString();
  }

  private int next() throws IOException {
    if (--headBytesLeft < 0) {
      throw new IOException("the head of the answer is larger than " + HEAD_BYTES_MAX + " bytes");
    }
    int next = in.read();
    if (next < 0) {
      throw new EOFException("the connection ended before the answer did");
    }
    return next;
  }

  /** How the end of a body is told (RFC 9112 section 6.3). */
  private sealed interface Framing {
    record None() implements Framing {}

    record Length(long bytes) implements Framing {}

    record Chunked() implements Framing {}

    record UntilClose() implements Framing {}

    static Framing of(String method, int status, Headers headers) throws IOException {
      if (method.equals("HEAD") || status == 204 || status == 304) {
        return new None();
      }
      var codings = headers.all("Transfer-Encoding");
      if (!codings.isEmpty()) {
        String last = codings.getLast().toLowerCase(Locale.ROOT);
        return last.substring(last.lastIndexOf(',') + 1).strip().equals("chunked")
            ? new Chunked()
            : new UntilClose();
      }
      var lengths = headers.all("Content-Length").stream().distinct().toList();
      return switch (lengths.size()) {
        case 0 -> new UntilClose();
        case 1 -> new Length(number(lengths.getFirst(), 10));
        default -> throw new IOException("the answer tells several lengths of its body");
      };
    }
  }

  /**
   * Whether something may follow that is none of the next answer: a body that must not be there, or
   * one whose length was told twice.
   */
  private static boolean mayHaveMore(Request request, Framing framing, Headers headers) {
    boolean hasCoding = headers.has("Transfer-Encoding");
    return switch (framing) {
      case Framing.None() ->
          request.method().equals("HEAD")
              || hasCoding
              || headers.first("Content-Length").filter(length -> !length.equals("0")).isPresent();
      case Framing.Chunked() -> headers.has("Content-Length");
      case Framing.Length ignored -> false;
      case Framing.UntilClose() -> true;
    };
  }

  private static boolean hasToken(Headers headers, String name, String token) {
    return headers.all(name).stream()
        .flatMap(value -> List.of(value.split(",", -1)).stream())
        .anyMatch(one -> one.strip().equalsIgnoreCase(token));
  }

  private Bytes announced(long bytes, Request request)
      throws IOException, InterruptedException, TimeoutException {
    requireWithin(bytes, request.answerBytesMax());
    if (request.becomesLarge(0, bytes)) {
      request.room().take(bytes);
    }
    byte[] body = new byte[(int) bytes];
    if (in.readNBytes(body, 0, body.length) < bytes) {
      throw new EOFException("the connection ended before the answer did");
    }
    return Bytes.wrap(body);
  }

  private static void requireWithin(long bytes, long max) throws AnswerTooLargeException {
    if (bytes > Math.min(max, Integer.MAX_VALUE - 8)) {
      throw new AnswerTooLargeException(max);
    }
  }

  /** Before a body of so many bytes, of which nothing tells how many they will be, grows. */
  private static void grow(long length, long more, Request request)
      throws IOException, InterruptedException, TimeoutException {
    requireWithin(length + more, request.answerBytesMax());
    if (request.becomesLarge(length, more)) {
      request.room().take(request.answerBytesMax());
    }
  }

  private Bytes chunked(Request request)
      throws IOException, InterruptedException, TimeoutException {
    var body = new ByteArrayOutputStream();
    for (long size = chunkSize(); size > 0; size = chunkSize()) {
      grow(body.size(), size, request);
      byte[] chunk = in.readNBytes((int) size);
      if (chunk.length < size || !line().isEmpty()) {
        throw new IOException("the answer has a chunk of another length than it tells");
      }
      body.writeBytes(chunk);
    }
    fields();
    return Bytes.wrap(body.toByteArray());
  }

  private long chunkSize() throws IOException {
    headBytesLeft = HEAD_BYTES_MAX;
    String line = line();
    int extension = line.indexOf(';');
    return number(stripped(extension < 0 ? line : line.substring(0, extension)), 16);
  }

  private Bytes untilClose(Request request)
      throws IOException, InterruptedException, TimeoutException {
    var body = new ByteArrayOutputStream();
    byte[] chunk = new byte[CHUNK];
    for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
      grow(body.size(), read, request);
      body.write(chunk, 0, read);
    }
    return Bytes.wrap(body.toByteArray());
  }

  /** At once: TLS is not asked to say so, which might wait for who reads or writes. */
  void close() {
    try {
      channel.close();
    } catch (IOException unimportant) {
      // It is closed all the same.
    }
  }
}
