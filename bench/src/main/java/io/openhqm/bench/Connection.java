package io.openhqm.bench;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** One HTTP/1.1 connection that is kept; it understands answers with a Content-Length only. */
final class Connection implements AutoCloseable {
  private static final byte[] LENGTH = "\r\ncontent-length:".getBytes(StandardCharsets.ISO_8859_1);

  private final Socket socket = new Socket();
  private final InputStream in;
  private final OutputStream out;
  private byte[] buffer = new byte[16 * 1024];
  private int bodyStart;
  private int bodyEnd;

  Connection(int port) throws IOException {
    try {
      socket.setTcpNoDelay(true);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5000);
      socket.setSoTimeout(120_000);
      in = socket.getInputStream();
      out = socket.getOutputStream();
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Sends the bytes of a whole request and returns the status of the answer. */
  int call(byte[] request) throws IOException {
    out.write(request);
    int have = 0;
    int head = -1;
    while (head < 0) {
      int from = Math.max(0, have - 3);
      have = read(have);
      head = endOfHead(from, have);
    }
    bodyStart = head;
    bodyEnd = head + contentLength(head);
    if (bodyEnd > buffer.length) {
      buffer = Arrays.copyOf(buffer, bodyEnd);
    }
    while (have < bodyEnd) {
      have = read(have);
    }
    return (buffer[9] - '0') * 100 + (buffer[10] - '0') * 10 + (buffer[11] - '0');
  }

  /** The body of the last answer. */
  String body() {
    return new String(buffer, bodyStart, bodyEnd - bodyStart, StandardCharsets.UTF_8);
  }

  int bodyLength() {
    return bodyEnd - bodyStart;
  }

  /** The value of a text member of the last answer's JSON, which is known to be plain. */
  String text(String member) {
    String body = body();
    String key = "\"" + member + "\":\"";
    int at = body.indexOf(key);
    if (at < 0) {
      throw new IllegalStateException("no " + member + " in " + body);
    }
    int start = at + key.length();
    return body.substring(start, body.indexOf('"', start));
  }

  private int read(int have) throws IOException {
    if (have == buffer.length) {
      buffer = Arrays.copyOf(buffer, 2 * have);
    }
    int n = in.read(buffer, have, buffer.length - have);
    if (n < 0) {
      throw new EOFException("the server closed the connection");
    }
    return have + n;
  }

  private int endOfHead(int from, int to) {
    for (int i = from; i + 3 < to; i++) {
      if (buffer[i] == '\r'
          && buffer[i + 1] == '\n'
          && buffer[i + 2] == '\r'
          && buffer[i + 3] == '\n') {
        return i + 4;
      }
    }
    return -1;
  }

  private int contentLength(int head) throws IOException {
    for (int i = 0; i + LENGTH.length < head; i++) {
      int k = 0;
      while (k < LENGTH.length && lower(buffer[i + k]) == LENGTH[k]) {
        k++;
      }
      if (k == LENGTH.length) {
        int length = 0;
        for (int p = i + k; buffer[p] != '\r'; p++) {
          if (buffer[p] != ' ') {
            length = 10 * length + buffer[p] - '0';
          }
        }
        return length;
      }
    }
    String text = new String(buffer, 0, head, StandardCharsets.ISO_8859_1);
    if (text.toLowerCase(Locale.ROOT).contains("transfer-encoding")) {
      throw new IOException("an answer without Content-Length: " + text);
    }
    return 0;
  }

  private static int lower(byte b) {
    return b >= 'A' && b <= 'Z' ? b + 32 : b;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
