package io.openhqm.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A backend on a bare socket, which answers byte for byte what a test wants, or not at all. */
final class HostileBackend implements AutoCloseable {
  /** What it does with one request. */
  @FunctionalInterface
  interface Answer {
    /**
     * @return whether the connection stays open
     */
    boolean to(String request, OutputStream out) throws IOException, InterruptedException;
  }

  private final ServerSocket socket;
  private final Answer answer;
  private final boolean readsBodies;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final AtomicInteger connections = new AtomicInteger();
  private final CountDownLatch gone = new CountDownLatch(1);

  private HostileBackend(Answer answer, boolean readsBodies) throws IOException {
    this.answer = answer;
    this.readsBodies = readsBodies;
    this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::accept);
  }

  static HostileBackend that(Answer answer) {
    return backend(answer, true);
  }

  /** Answers with these bytes as soon as the head is there, and closes. */
  static HostileBackend refusing(String bytes) {
    return backend(
        (head, out) -> {
          out.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
          return false;
        },
        false);
  }

  private static HostileBackend backend(Answer answer, boolean readsBodies) {
    try {
      return new HostileBackend(answer, readsBodies);
    } catch (IOException noPort) {
      throw new UncheckedIOException(noPort);
    }
  }

  /** Answers with these bytes, written in ISO-8859-1, and keeps the connection. */
  static HostileBackend answering(String bytes) {
    return that(
        (request, out) -> {
          out.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
          return true;
        });
  }

  URI at(String target) {
    return URI.create("http://127.0.0.1:" + socket.getLocalPort() + target);
  }

  List<String> requests() {
    return requests;
  }

  int connections() {
    return connections.get();
  }

  /** Whether a client has gone away from a connection that was still open. */
  boolean wasLeft() throws InterruptedException {
    return gone.await(10, TimeUnit.SECONDS);
  }

  private void accept() {
    while (true) {
      try {
        var connection = socket.accept();
        connections.incrementAndGet();
        Thread.startVirtualThread(() -> serve(connection));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      String request = read(connection.getInputStream());
      while (!request.isEmpty()) {
        requests.add(request);
        if (!answer.to(request, connection.getOutputStream())) {
          return;
        }
        request = read(connection.getInputStream());
      }
      gone.countDown();
    } catch (IOException | InterruptedException clientIsGone) {
      gone.countDown();
    }
  }

  /** One request in ISO-8859-1; empty: the client is gone. */
  private String read(InputStream in) throws IOException {
    var head = new ByteArrayOutputStream();
    String text = "";
    while (!text.endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        return "";
      }
      head.write(next);
      text = head.toString(StandardCharsets.ISO_8859_1);
    }
    for (String line : text.split("\r\n", -1)) {
      if (readsBodies && line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) {
        int length = Integer.parseInt(line.substring(line.indexOf(':') + 1).strip());
        text += new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
      }
    }
    return text;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
