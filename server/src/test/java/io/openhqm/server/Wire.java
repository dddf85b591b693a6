package io.openhqm.server;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.api.ApiRequest;
import io.openhqm.core.api.ApiResponse;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * An HTTP/1.1 client that sends exactly what it is told, and nothing that it is not: the clients of
 * libraries mend what a test wants broken.
 */
final class Wire implements AutoCloseable {
  private static final Set<String> TRANSPORT =
      Set.of("content-length", "connection", "date", "transfer-encoding");
  private static final int READ_TIMEOUT_MS = 30_000;

  private final Socket socket;
  private final InputStream in;

  Wire(int port) {
    try {
      socket = new Socket("127.0.0.1", port);
      socket.setSoTimeout(READ_TIMEOUT_MS);
      socket.setTcpNoDelay(true);
      in = new BufferedInputStream(socket.getInputStream());
    } catch (IOException refused) {
      throw new UncheckedIOException(refused);
    }
  }

  /** One exchange on a connection of its own. */
  static Exchange send(int port, ApiRequest request) {
    try (var wire = new Wire(port)) {
      return wire.exchange(request);
    }
  }

  Exchange exchange(ApiRequest request) {
    try {
      write(bytesOf(request));
      var answer = read(request.method().equals("HEAD")).orElseThrow(EOFException::new);
      return new Exchange(request, answer.response(), answer.closes());
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  /** What came back. */
  record Answer(ApiResponse response, boolean closes) {}

  void write(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  /** Tells the server that nothing more will come. */
  void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  void readTimeout(int millis) throws IOException {
    socket.setSoTimeout(millis);
  }

  /** The next answer; empty when the server closed the connection instead. */
  Optional<Answer> read(boolean withoutBody) throws IOException {
    String line = line();
    if (line.isEmpty()) {
      return Optional.empty();
    }
    int status = Integer.parseInt(line.split(" ", 3)[1]);
    var fields = new ArrayList<Headers.Field>();
    long length = 0;
    boolean chunked = false;
    boolean closes = false;
    for (String field = line(); !field.isEmpty(); field = line()) {
      int colon = field.indexOf(':');
      String name = field.substring(0, colon);
      String value = field.substring(colon + 1).strip();
      switch (name.toLowerCase(Locale.ROOT)) {
        case "content-length" -> length = Long.parseLong(value);
        case "transfer-encoding" -> chunked = true;
        case "connection" -> closes = value.equalsIgnoreCase("close");
        default -> {}
      }
      if (!TRANSPORT.contains(name.toLowerCase(Locale.ROOT))) {
        fields.add(new Headers.Field(name, value));
      }
    }
    if (status == 100) {
      return read(withoutBody);
    }
    boolean empty = withoutBody || status == 204 || status == 304;
    byte[] body = empty ? new byte[0] : chunked ? chunks() : in.readNBytes((int) length);
    return Optional.of(
        new Answer(new ApiResponse(status, new Headers(fields), Bytes.wrap(body)), closes));
  }

  private byte[] chunks() throws IOException {
    var out = new ByteArrayOutputStream();
    while (true) {
      int size = Integer.parseInt(line().split(";", 2)[0].strip(), 16);
      out.writeBytes(in.readNBytes(size));
      line();
      if (size == 0) {
        return out.toByteArray();
      }
    }
  }

  private String line() throws IOException {
    var out = new ByteArrayOutputStream();
    for (int b = in.read(); b != -1 && b != '\n'; b = in.read()) {
      if (b != '\r') {
        out.write(b);
      }
    }
    return out.toString(StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytesOf(ApiRequest request) {
    var out = new ByteArrayOutputStream();
    var head = new StringBuilder();
    String target = request.path() + request.query().map(query -> "?" + query).orElse("");
    head.append(request.method()).append(' ').append(target).append(" HTTP/1.1\r\n");
    if (!request.headers().has("Host")) {
      head.append("Host: localhost\r\n");
    }
    request
        .headers()
        .fields()
        .forEach(
            field -> head.append(field.name()).append(": ").append(field.value()).append("\r\n"));
    if (!request.body().isEmpty() && !request.headers().has("Content-Length")) {
      head.append("Content-Length: ").append(request.body().length()).append("\r\n");
    }
    out.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    out.writeBytes(request.body().toArray());
    return out.toByteArray();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException alreadyGone) {
      throw new UncheckedIOException(alreadyGone);
    }
  }
}
