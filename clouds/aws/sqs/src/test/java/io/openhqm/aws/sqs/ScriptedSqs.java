package io.openhqm.aws.sqs;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.openhqm.aws.sqs.SqsClients.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A server on the loopback interface that speaks just enough HTTP to be called as SQS is, and
 * answers as a test says: for what a real one does not do when it is told to.
 */
final class ScriptedSqs implements AutoCloseable {
  private static final Limits SHORT = new Limits(Duration.ofSeconds(1), Duration.ofSeconds(3));

  /** A call that came: the name of the action, and its JSON. */
  record Call(String action, String body) {}

  /** How a call is answered. */
  interface Answer {
    void to(Call call, Connection connection) throws Exception;
  }

  private final ServerSocket server;
  private final Answer answer;
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closed = new CountDownLatch(1);

  ScriptedSqs(Answer answer) throws IOException {
    this.answer = answer;
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::accept);
  }

  /** What came until now. */
  List<Call> calls() {
    return calls;
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  /** An engine over this. */
  SqsEngine engine(InstantSource clock, boolean fifo) {
    return engine(clock, fifo, SqsPeer.PATIENT);
  }

  /** An engine over this that waits for no answer longer than a few seconds. */
  SqsEngine impatientEngine(InstantSource clock) {
    return engine(clock, false, SHORT);
  }

  private SqsEngine engine(InstantSource clock, boolean fifo, Limits limits) {
    String suffix = fifo ? ".fifo" : "";
    return new SqsEngine(
        // It need not know how SQS digests what it was sent.
        SqsPeer.client(endpoint(), limits).checksumValidationEnabled(false).build(),
        limits,
        new SqsEngine.Queues(
            new SqsQueue(endpoint() + "/1/requests" + suffix),
            new SqsQueue(endpoint() + "/1/dead" + suffix),
            Optional.of(new SqsQueue(endpoint() + "/1/responses" + suffix)),
            SqsPeer.MESSAGE_BYTES_MAX),
        clock);
  }

  private void accept() {
    try {
      while (true) {
        var socket = server.accept();
        open.add(socket);
        Thread.startVirtualThread(() -> serve(socket));
      }
    } catch (IOException end) {
      // Closed.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      var in = socket.getInputStream();
      int uses = 0;
      for (var call = read(in); call.isPresent(); call = read(in)) {
        calls.add(call.get());
        answer.to(call.get(), new Connection(socket, ++uses));
      }
    } catch (Exception gone) {
      // The client sees what became of its call.
    }
  }

  private static Optional<Call> read(InputStream in) throws IOException {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        return Optional.empty();
      }
      head.append((char) next);
    }
    int length = Integer.parseInt(field(head, "Content-Length"));
    String action = field(head, "X-Amz-Target").replace("AmazonSQS.", "");
    return Optional.of(new Call(action, new String(in.readNBytes(length), UTF_8)));
  }

  private static String field(CharSequence head, String name) {
    return head.toString()
        .lines()
        .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst()
        .orElse("0");
  }

  /** Where an answer goes. */
  final class Connection {
    private final Socket socket;
    private final int uses;

    private Connection(Socket socket, int uses) {
      this.socket = socket;
      this.uses = uses;
    }

    /** How many calls came by it, this one included. */
    int uses() {
      return uses;
    }

    /** A whole answer. */
    void json(int status, String body) {
      try {
        var out = socket.getOutputStream();
        byte[] bytes = body.getBytes(UTF_8);
        out.write(head(status, bytes.length).getBytes(US_ASCII));
        out.write(bytes);
        out.flush();
      } catch (IOException gone) {
        throw new UncheckedIOException(gone);
      }
    }

    private static String head(int status, int length) {
      return "HTTP/1.1 "
          + status
          + " x\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: "
          + length
          + "\r\n\r\n";
    }

    /** A refusal as SQS words it. */
    void refuse(int status, String code, String message) {
      json(
          status,
          "{\"__type\":\"com.amazonaws.sqs#" + code + "\",\"message\":\"" + message + "\"}");
    }

    /** No answer. */
    void hang() throws InterruptedException {
      closed.await();
    }

    /** An answer that never ends, a byte now and then. */
    void drip() throws IOException, InterruptedException {
      var out = socket.getOutputStream();
      out.write(head(200, 1_000_000).getBytes(US_ASCII));
      do {
        out.write(' ');
        out.flush();
      } while (!closed.await(100, TimeUnit.MILLISECONDS));
    }

    /** The connection is cut. */
    void reset() throws SocketException, IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    server.close();
    for (var socket : open) {
      socket.close();
    }
  }
}
