package io.openhqm.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What is measured; each has a bound in time, and its own folder and processes. */
final class Scenarios {
  private static final int CONNECTIONS = 64;
  private static final int JOBS = 10_000;

  /**
   * How many rounds are not counted before a server is called warm: until then a JVM works as much
   * for its compilers as for what it is asked.
   */
  private static final int WARM_UPS = 4;

  /** How many submissions must be accepted at once after health has said that it is ready. */
  private static final int PROBES = 20;

  private final Path home;
  private final boolean quick;
  private final Table table;

  Scenarios(Path home, boolean quick, Table table) {
    this.home = home;
    this.quick = quick;
    this.table = table;
  }

  void start() throws Exception {
    try (var lab = new Lab(home, "start")) {
      lab.openHqm(1).close(); // makes the AOT cache, where there is none
      var millis = new double[5];
      for (int i = 0; i < millis.length; i++) {
        try (var server = lab.openHqm(1)) {
          millis[i] = server.readyMillis();
        }
      }
      table.atMost(
          "start of `./openhqm serve` to the first `/health` 200",
          600,
          Stats.median(millis),
          " ms",
          "median of 5, worst " + Table.number(Stats.quantile(millis, 1)));
    }
  }

  void idle() throws Exception {
    try (var lab = new Lab(home, "idle")) {
      var mib = new double[quick ? 1 : 3];
      for (int i = 0; i < mib.length; i++) {
        try (var server = lab.openHqm(1)) {
          Thread.sleep(
              10_000); // HotSpot and malloc give back what the start took every few seconds
          mib[i] = server.residentMiB();
        }
      }
      table.atMost(
          "resident memory, idle, 10 s after the start", 80, Stats.median(mib), " MiB", "");
    }
  }

  void submit() throws Exception {
    int rounds = quick ? 3 : 5;
    double seconds = 5;
    try (var lab = new Lab(home, "submit")) {
      var bare = lab.bareServer();
      var server = lab.openHqm(1, "--mode", "listener");
      Optional<Child> peer =
          lab.hasAsynq() ? Optional.of(lab.asynq(1, 0).front()) : Optional.empty();
      var peers = new double[rounds];
      for (int i = 0; i < WARM_UPS; i++) {
        bare.driver().submitFor(CONNECTIONS, 3);
        if (peer.isPresent()) {
          peer.get().driver().submitFor(CONNECTIONS, 3);
        }
        server.driver().submitFor(CONNECTIONS, 3);
      }
      var ours = new double[rounds];
      var theirs = new double[rounds];
      double commits = 0;
      double operations = 0;
      double ourCpu = 0;
      double theirCpu = 0;
      double ourCalls = 0;
      double theirCalls = 0;
      for (int i = 0; i < rounds; i++) {
        theirCpu -= bare.cpuMillis();
        var fixed = bare.driver().submitFor(CONNECTIONS, seconds);
        theirCpu += bare.cpuMillis();
        theirCalls += fixed.calls();
        theirs[i] = fixed.perSecond();
        if (peer.isPresent()) {
          peers[i] = peer.get().driver().submitFor(CONNECTIONS, seconds).perSecond();
        }
        double commitsBefore = server.metric("openhqm_engine_commits_total", "");
        double operationsBefore = server.metric("openhqm_engine_commit_operations_total", "");
        ourCpu -= server.cpuMillis();
        var durable = server.driver().submitFor(CONNECTIONS, seconds);
        ourCpu += server.cpuMillis();
        ourCalls += durable.calls();
        ours[i] = durable.perSecond();
        commits += server.metric("openhqm_engine_commits_total", "") - commitsBefore;
        operations +=
            server.metric("openhqm_engine_commit_operations_total", "") - operationsBefore;
        if (fixed.answerBytes() != durable.answerBytes()) {
          throw new IllegalStateException(
              "the bare server answers %d bytes, OpenHQM %d: make them the same"
                  .formatted(fixed.answerBytes(), durable.answerBytes()));
        }
      }
      table.atLeast(
          "submit, durable, at 64 connections, beside the same HTTP server answering a fixed 202",
          60,
          100 * Stats.median(ours) / Stats.median(theirs),
          " %",
          Table.number(Stats.median(ours))
              + "/s beside "
              + Table.number(Stats.median(theirs))
              + "/s");
      if (peer.isPresent()) {
        table.atLeast(
            "submit beside asynq, Redis with `appendfsync always`",
            3,
            Stats.median(ours) / Stats.median(peers),
            " ×",
            Table.number(Stats.median(peers)) + "/s");
      }
      table.note(
          "CPU a submission, beside the fixed 202's",
          "%s ms beside %s ms"
              .formatted(Table.number(ourCpu / ourCalls), Table.number(theirCpu / theirCalls)));
      if (commits == 0) {
        throw new IllegalStateException("the engine's figures in /metrics stand still");
      }
      table.atLeast(
          "records a commit (one fsync) at 64 connections", 30, operations / commits, "", "");
    }
  }

  void drain() throws Exception {
    int rounds = quick ? 2 : 5;
    try (var lab = new Lab(home, "drain")) {
      var backend = lab.backend();
      warm(backend);
      var server = lab.openHqm(backend.port());
      var first = drain(server, backend);
      Optional<Lab.Asynq> peer =
          lab.hasAsynq() ? Optional.of(lab.asynq(backend.port(), Lab.WORKERS)) : Optional.empty();
      Optional<Drained> peersFirst = Optional.empty();
      if (peer.isPresent()) {
        peersFirst = Optional.of(drain(peer.get(), backend, 0));
      }
      var warm = new ArrayList<Drained>();
      var peersWarm = new ArrayList<Drained>();
      for (int i = 1; i <= WARM_UPS + rounds; i++) {
        var ours = drain(server, backend);
        if (i > WARM_UPS) {
          warm.add(ours);
        }
        if (peer.isPresent()) {
          var theirs = drain(peer.get(), backend, i * JOBS);
          if (i > WARM_UPS) {
            peersWarm.add(theirs);
          }
        }
      }
      double rate = medianRate(warm);
      table.note(
          "first 10,000 jobs of a fresh JVM, HTTP → queue → HTTP → stored",
          Table.number(first.perSecond())
              + " jobs/s, "
              + Table.number(first.cpuMillis())
              + " ms of CPU a job");
      table.note("10,000 jobs, warm", Table.number(rate) + " jobs/s");
      table.atMost(
          "CPU a job, end to end, warm, server process only", 0.15, medianCpu(warm), " ms", "");
      if (peersFirst.isPresent()) {
        double theirs = peersFirst.get().perSecond();
        table.atLeast(
            "first 10,000 jobs of a fresh JVM, beside asynq's first",
            2,
            first.perSecond() / theirs,
            " ×",
            Table.number(theirs) + " jobs/s");
        table.atLeast(
            "10,000 jobs, warm, beside asynq's",
            4,
            rate / medianRate(peersWarm),
            " ×",
            "%s jobs/s, %s ms of CPU a job with Redis's"
                .formatted(
                    Table.number(medianRate(peersWarm)), Table.number(medianCpu(peersWarm))));
      }
    }
  }

  private record Drained(double perSecond, double cpuMillis) {}

  private static double medianRate(List<Drained> rounds) {
    return Stats.median(rounds.stream().mapToDouble(Drained::perSecond).toArray());
  }

  private static double medianCpu(List<Drained> rounds) {
    return Stats.median(rounds.stream().mapToDouble(Drained::cpuMillis).toArray());
  }

  private static Drained drain(Lab.Asynq peer, Child backend, int endedBefore) throws Exception {
    backend.get("/reset");
    double cpuBefore = peer.cpuMillis();
    long start = System.nanoTime();
    peer.front().driver().submitAll(CONNECTIONS, JOBS);
    awaitCalls(backend, JOBS, 120);
    while (Long.parseLong(peer.front().get("/ended")) < endedBefore + JOBS) {
      Thread.sleep(5);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Drained(JOBS / seconds, (peer.cpuMillis() - cpuBefore) / JOBS);
  }

  /** So that it is the server that is cold, and not what it is measured with. */
  private static void warm(Child backend) throws Exception {
    byte[] job = Requests.post("/jobs", "{\"n\":\"000000000\"}");
    backend.driver().atRate(100_000, 2 * JOBS, 8, (connection, n) -> connection.call(job));
  }

  /** From the first submission to the record of the last end. */
  private static Drained drain(Child server, Child backend) throws Exception {
    backend.get("/reset");
    double endedBefore = ended(server);
    double cpuBefore = server.cpuMillis();
    long start = System.nanoTime();
    server.driver().submitAll(CONNECTIONS, JOBS);
    awaitCalls(backend, JOBS, 120);
    awaitEnded(server, endedBefore + JOBS, 60);
    double seconds = (System.nanoTime() - start) / 1e9;
    double cpu = server.cpuMillis() - cpuBefore;
    return new Drained(JOBS / seconds, cpu / JOBS);
  }

  void latency() throws Exception {
    int seconds = quick ? 10 : 30;
    try (var lab = new Lab(home, "latency")) {
      var backend = lab.backend();
      warm(backend);
      var server = lab.openHqm(backend.port());
      drain(server, backend);
      drain(server, backend);
      roundTrips(server, 3);
      var millis = roundTrips(server, seconds);
      String detail = "%d jobs, 100 a second".formatted(millis.length);
      table.atMost(
          "submit → result by long poll, p50", 3, Stats.quantile(millis, 0.5), " ms", detail);
      table.atMost(
          "submit → result by long poll, p99", 8, Stats.quantile(millis, 0.99), " ms", detail);
    }
  }

  private static double[] roundTrips(Child server, int seconds) throws Exception {
    return server
        .driver()
        .atRate(
            100,
            100 * seconds,
            16,
            (connection, n) -> {
              Driver.expect(202, connection.call(Requests.submit()), connection);
              String path = "/api/v1/response/" + connection.text("correlation_id");
              Driver.expect(
                  200, connection.call(Requests.get(path, "Prefer: wait=10")), connection);
            });
  }

  void kill() throws Exception {
    int waiting = 100_000;
    try (var lab = new Lab(home, "kill")) {
      var backend = lab.backend();
      backend.get("/hold");
      var server = lab.openHqm(backend.port());
      server.driver().submitAll(CONNECTIONS, waiting);
      Thread.sleep(1000);
      server.kill();
      int inFlight = (int) calls(backend);
      var ids = backend.get("/held").lines().toList();
      backend.get("/release");
      var again = lab.openHqm(backend.port());
      long start = again.startedNanos();
      int refused = refused(again, waiting);
      table.atMost(
          "SIGKILL with 100,000 jobs waiting: start to the first %d 202s".formatted(PROBES),
          1,
          secondsSince(start),
          " s",
          "`/health` said 200 after " + Table.number(again.readyMillis() / 1000) + " s");
      table.atMost(
          "… submissions refused of the %d after that 200".formatted(PROBES), 0, refused, "", "");
      awaitResults(again, ids);
      table.atMost(
          "… to the recorded end of the last of the "
              + inFlight
              + " jobs that were in flight at the kill",
          10,
          secondsSince(start),
          " s",
          "");
      awaitCalls(backend, waiting + PROBES + inFlight, 300);
      awaitEnded(again, waiting + PROBES, 60);
      Thread.sleep(1000);
      table.atMost(
          "… second calls beyond those in flight", 0, repeated(backend) - inFlight, "", "");
      table.note("… all 100,020 done", Table.number(secondsSince(start)) + " s after the start");
    }
  }

  /** How many of {@link #PROBES} submissions, each on a connection of its own, are not accepted. */
  private static int refused(Child server, int firstNumber) {
    byte[] request = Requests.submit();
    int refused = 0;
    for (int i = 0; i < PROBES; i++) {
      Requests.number(request, firstNumber + i);
      try (var connection = new Connection(server.port())) {
        refused += connection.call(request) == 202 ? 0 : 1;
      } catch (IOException notAnswered) {
        refused++;
      }
    }
    return refused;
  }

  /** Returns when the result of each can be read. */
  private static void awaitResults(Child server, List<String> ids) throws IOException {
    try (var connection = new Connection(server.port())) {
      for (String id : ids) {
        byte[] request = Requests.get("/api/v1/response/" + id, "Prefer: wait=60");
        Driver.expect(200, connection.call(request), connection);
      }
    }
  }

  void disk() throws Exception {
    int jobs = 20_000;
    try (var lab = new Lab(home, "disk")) {
      var backend = lab.backend();
      lab.openHqm(backend.port()).close();
      long before = lab.engineBytes();
      try (var server = lab.openHqm(backend.port())) {
        server.driver().submitAll(CONNECTIONS, jobs);
        awaitCalls(backend, jobs, 120);
        awaitEnded(server, jobs, 60);
      }
      double each = (double) (lab.engineBytes() - before) / jobs;
      int told = Requests.payloadBytes() + FixedBackend.RESULT.length();
      table.atMost(
          "disk a finished job, beyond payload and result",
          600,
          each - told,
          " bytes",
          "%s in all, of which %d are payload and result".formatted(Table.number(each), told));
    }
  }

  void backlog() throws Exception {
    int waiting = quick ? 200_000 : 1_000_000;
    try (var lab = new Lab(home, "backlog")) {
      var backend = lab.backend();
      var server = lab.openHqm(backend.port());
      drain(server, backend);
      var few = server.driver().submitAll(CONNECTIONS, JOBS).ids();
      awaitEnded(server, 2 * JOBS, 60);
      submitTimes(server, 3);
      statusTimes(server, few, 3);
      double submitEmpty = Stats.quantile(submitTimes(server, 10), 0.99);
      double statusEmpty = Stats.quantile(statusTimes(server, few, 10), 0.99);
      double memoryEmpty = server.residentMiB();
      backend.get("/hold");
      var many = server.driver().submitAll(CONNECTIONS, waiting).ids();
      Thread.sleep(3000);
      double submitFull = Stats.quantile(submitTimes(server, 10), 0.99);
      double statusFull = Stats.quantile(statusTimes(server, many, 10), 0.99);
      double memoryFull = server.residentMiB();
      String title = "with %s jobs waiting, ".formatted(Table.number(waiting));
      table.atMost(
          title + "p99 of submit beside an empty queue's",
          2,
          submitFull / submitEmpty,
          " ×",
          "%s ms beside %s ms".formatted(Table.number(submitFull), Table.number(submitEmpty)));
      table.atMost(
          title + "p99 of status beside an empty queue's",
          2,
          statusFull / statusEmpty,
          " ×",
          "%s ms beside %s ms".formatted(Table.number(statusFull), Table.number(statusEmpty)));
      table.atMost(
          title + "resident memory beside an empty queue's",
          1.25,
          memoryFull / memoryEmpty,
          " ×",
          "%s MiB beside %s MiB".formatted(Table.number(memoryFull), Table.number(memoryEmpty)));
      server.kill(); // its jobs are of no more use
    }
  }

  private static double[] submitTimes(Child server, int seconds) throws Exception {
    byte[] request = Requests.submit();
    return server
        .driver()
        .atRate(
            200,
            200 * seconds,
            16,
            (connection, n) -> Driver.expect(202, connection.call(request), connection));
  }

  private static double[] statusTimes(Child server, List<String> ids, int seconds)
      throws Exception {
    return server
        .driver()
        .atRate(
            200,
            200 * seconds,
            16,
            (connection, n) -> {
              byte[] request = Requests.get("/api/v1/status/" + ids.get(n * 31 % ids.size()));
              Driver.expect(200, connection.call(request), connection);
            });
  }

  private static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static long calls(Child backend) throws IOException {
    return Long.parseLong(backend.get("/count").split(" ")[0]);
  }

  private static long repeated(Child backend) throws IOException {
    return Long.parseLong(backend.get("/count").split(" ")[1]);
  }

  private static double ended(Child server) throws IOException {
    return server.metric("openhqm_jobs_duration_seconds_count", "status=\"completed\"");
  }

  private static void awaitCalls(Child backend, long wanted, int seconds) throws Exception {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (calls(backend) < wanted) {
      if (System.nanoTime() > until) {
        throw new IllegalStateException(
            "the backend got %d calls in %d s, not %d".formatted(calls(backend), seconds, wanted));
      }
      Thread.sleep(10);
    }
  }

  private static void awaitEnded(Child server, double wanted, int seconds) throws Exception {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (ended(server) < wanted) {
      if (System.nanoTime() > until) {
        throw new IllegalStateException(
            "%.0f jobs ended in %d s, not %.0f".formatted(ended(server), seconds, wanted));
      }
      Thread.sleep(5);
    }
  }
}
