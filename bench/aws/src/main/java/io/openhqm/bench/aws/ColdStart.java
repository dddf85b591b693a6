package io.openhqm.bench.aws;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Starts each function often, in turns with the others, and prints what it took. */
public final class ColdStart {
  private static final List<String> ROLES = List.of("submit", "status", "worker");
  private static final String SUBMISSION = "{\\\"payload\\\": {\\\"number\\\": 1}}";

  /**
   * One of ours, and what it has a budget against.
   *
   * @param rival by its name; empty: there is none
   */
  private record Ours(
      String role,
      String name,
      String module,
      String handler,
      Map<String, String> variables,
      String rival,
      double budget) {}

  private static final String BARE = "bare stream handler";
  private static final List<Ours> OURS =
      List.of(
          new Ours(
              "submit",
              "**OpenHQM**",
              "submit",
              "io.openhqm.aws.submit.SubmitHandler",
              Map.of(),
              BARE,
              1.10),
          new Ours(
              "status",
              "**OpenHQM**",
              "status",
              "io.openhqm.aws.status.StatusHandler",
              Map.of(),
              BARE,
              1.10),
          new Ours(
              "worker",
              "**OpenHQM**, lean",
              "worker",
              "io.openhqm.aws.worker.WorkerHandler",
              Map.of(),
              "",
              0),
          new Ours(
              "worker",
              "**OpenHQM** on Spring",
              "worker-spring",
              Candidate.SPRING_INVOKER,
              Map.of("MAIN_CLASS", "io.openhqm.aws.spring.WorkerApplication"),
              "stock Spring Boot",
              0.60));

  private final Path home;
  private final Path folder;
  private final int rounds;
  private final List<String> before;
  private final Peers peers;

  private ColdStart(Path home, int rounds, List<String> before, Peers peers) throws IOException {
    this.home = home;
    this.folder = home.resolve("bench/aws/target/cold-start");
    this.rounds = rounds;
    this.before = before;
    this.peers = peers;
    Files.createDirectories(folder);
  }

  /** {@code [--quick] [--rounds N] [--one-core] [--no-aot] [submit|status|worker ...]}. */
  public static void main(String[] args) throws Exception {
    int rounds = 20;
    boolean aot = true;
    List<String> before = List.of();
    var roles = new ArrayList<String>();
    var given = new ArrayList<>(Arrays.asList(args));
    while (!given.isEmpty()) {
      String argument = given.removeFirst();
      switch (argument) {
        case "--quick" -> rounds = 5;
        case "--rounds" -> rounds = Integer.parseInt(given.removeFirst());
        case "--one-core" -> before = List.of("taskset", "-c", "0");
        case "--no-aot" -> aot = false;
        default -> {
          if (!ROLES.contains(argument)) {
            System.err.println(
                "usage: bench/aws-cold-start [--quick | --rounds N] [--one-core] [--no-aot]"
                    + " [submit] [status] [worker]");
            System.exit(2);
          }
          roles.add(argument);
        }
      }
    }
    var machine = machine(String.join(" ", args));
    var home = Path.of(System.getProperty("bench.home", ".")).toAbsolutePath().normalize();
    var bench = new ColdStart(home, rounds, before, Peers.start());
    System.out.println(machine);
    int code = 0;
    try {
      for (var role : roles.isEmpty() ? ROLES : roles) {
        System.out.println();
        System.out.print(bench.measure(role, aot));
      }
    } catch (IOException failed) {
      failed.printStackTrace();
      code = 1;
    }
    // The peers' threads would go on.
    System.exit(code);
  }

  /** What each answers when all is well. */
  private static String expected(String role) {
    return switch (role) {
      case "submit" -> "202";
      case "status" -> "200";
      default -> "\"batchItemFailures\":[]";
    };
  }

  private static List<Lambda.Start> of(Map<String, List<Lambda.Start>> starts, String name) {
    return starts.getOrDefault(name, List.of());
  }

  private List<Candidate> candidates(String role) throws IOException {
    var all = new ArrayList<Candidate>();
    for (var ours : OURS) {
      if (ours.role().equals(role)) {
        String zip = "target/openhqm-aws-" + ours.module() + "-bootstrap.zip";
        all.add(
            Candidate.ours(
                ours.name(),
                ours.handler() + "::handleRequest",
                home.resolve("clouds/aws").resolve(ours.module()).resolve(zip),
                folder.resolve("openhqm-" + ours.module()),
                ours.variables()));
      }
    }
    Candidate.rivals(role, home.resolve("bench/aws/rivals/target"), all.getFirst().runtime())
        .stream()
        .filter(rival -> role.equals("submit") || !rival.name().contains("CRT"))
        .forEach(all::add);
    return all;
  }

  /** Enough events for {@code starts} starts. */
  private List<byte[]> events(String role, int starts) throws Exception {
    if (role.equals("submit")) {
      return java.util.Collections.nCopies(starts, submission());
    }
    var submit = candidates("submit").getFirst();
    try (var function = start(submit, "preparation", List.of())) {
      if (role.equals("status")) {
        String answer = function.invoke(submission());
        int at = answer.indexOf("/status/") + "/status/".length();
        return java.util.Collections.nCopies(starts, poll(answer.substring(at, at + 36)));
      }
      for (int i = 0; i < starts; i++) {
        function.invoke(submission());
      }
      return new ArrayList<>(peers.takeEvents(starts));
    }
  }

  private static byte[] submission() {
    return http("POST", "/api/v1/submit", "\"body\":\"" + SUBMISSION + "\",");
  }

  private static byte[] poll(String id) {
    return http("GET", "/api/v1/status/" + id, "");
  }

  private static byte[] http(String method, String path, String body) {
    return """
    {"version":"2.0","routeKey":"$default","rawPath":"%s","rawQueryString":"",
    "headers":{"accept":"*/*","content-type":"application/json","host":"api.example.com","user-agent":"curl/8.5.0",
    "x-amzn-trace-id":"Root=1-6553d5f2-5d0a4f0c2c3b4a5d6e7f8091","x-forwarded-for":"192.0.2.10","x-forwarded-port":"443","x-forwarded-proto":"https"},
    "requestContext":{"accountId":"123456789012","apiId":"api","domainName":"api.example.com","domainPrefix":"api",
    "http":{"method":"%s","path":"%s","protocol":"HTTP/1.1","sourceIp":"192.0.2.10","userAgent":"curl/8.5.0"},
    "requestId":"JKJaXmPLvHcESHA=","routeKey":"$default","stage":"$default","time":"12/Mar/2026:19:03:58 +0000","timeEpoch":1773342238000},
    %s"isBase64Encoded":false}
    """
        .formatted(path, method, path, body)
        .getBytes(UTF_8);
  }

  private Lambda start(Candidate candidate, String what, List<String> flags) throws IOException {
    return new Lambda(candidate, peers.environment(), before, flags, folder.resolve(what + ".log"));
  }

  private String measure(String role, boolean withAot) throws Exception {
    var candidates = candidates(role);
    int kinds = withAot ? 2 : 1;
    // One start warms up what is called, one counts classes, one trains the cache.
    var events = new ArrayList<>(events(role, candidates.size() * (rounds * kinds + 3)));
    var classes = new LinkedHashMap<String, String>();
    var flags = new LinkedHashMap<String, List<String>>();
    for (var candidate : candidates) {
      String file = role + "-" + candidate.name().replaceAll("\\W+", "-");
      try (var function = start(candidate, file, List.of())) {
        function.measure(events.removeFirst(), expected(role));
      }
      classes.put(candidate.name(), classes(candidate, file, events.removeFirst(), role));
      if (withAot) {
        flags.put(candidate.name(), train(candidate, file, events.removeFirst(), role));
      }
    }
    var text = new StringBuilder();
    text.append(heading());
    text.append(table(role, "", candidates, classes, turns(role, candidates, Map.of(), events)));
    if (withAot) {
      var cached = turns(role, candidates, flags, events);
      text.append(table(role, ", AOT cache", candidates, Map.of(), cached));
    }
    return text.toString();
  }

  private Map<String, List<Lambda.Start>> turns(
      String role, List<Candidate> candidates, Map<String, List<String>> flags, List<byte[]> events)
      throws Exception {
    var starts = new LinkedHashMap<String, List<Lambda.Start>>();
    for (int round = 0; round < rounds; round++) {
      for (var candidate : candidates) {
        var more = flags.getOrDefault(candidate.name(), List.of());
        try (var function = start(candidate, role + "-run", more)) {
          starts
              .computeIfAbsent(candidate.name(), name -> new ArrayList<>())
              .add(function.measure(events.removeFirst(), expected(role)));
        }
      }
    }
    return starts;
  }

  /** How many classes are loaded up to the first answer, and how many of them from jars. */
  private String classes(Candidate candidate, String file, byte[] event, String role)
      throws IOException, InterruptedException {
    Path list = folder.resolve(file + ".classes");
    try (var function = start(candidate, file, List.of("-Xlog:class+load:file=" + list))) {
      function.measure(event, expected(role));
      function.end();
    }
    try (var lines = Files.lines(list)) {
      var sources = lines.filter(line -> line.contains(" source: ")).toList();
      long fromJars =
          sources.stream().filter(line -> !line.contains("shared objects file")).count();
      return "%,d (%,d)".formatted(sources.size(), fromJars);
    }
  }

  private List<String> train(Candidate candidate, String file, byte[] event, String role)
      throws IOException, InterruptedException {
    Path cache = folder.resolve(file + ".aot");
    Files.deleteIfExists(cache);
    try (var function = start(candidate, file, List.of("-XX:AOTCacheOutput=" + cache))) {
      function.measure(event, expected(role));
      function.end();
    }
    if (!Files.exists(cache)) {
      throw new IOException(
          "no AOT cache was written:\n" + Files.readString(folder.resolve(file + ".log")));
    }
    // With "on" Java does not start where it cannot use it.
    return List.of("-XX:AOTCache=" + cache, "-XX:AOTMode=on");
  }

  private static String heading() {
    return """
    | function | who | init ms | first call ms | together ms | × bare | budget | CPU ms | classes (from jars) | zip MiB |
    |---|---|---|---|---|---|---|---|---|---|
    """;
  }

  private static String table(
      String role,
      String how,
      List<Candidate> candidates,
      Map<String, String> classes,
      Map<String, List<Lambda.Start>> starts) {
    double bare = median(of(starts, BARE), Lambda.Start::bothMillis);
    var text = new StringBuilder();
    for (var candidate : candidates) {
      var all = of(starts, candidate.name());
      double both = median(all, Lambda.Start::bothMillis);
      String budget =
          OURS.stream()
              .filter(ours -> ours.role().equals(role) && ours.name().equals(candidate.name()))
              .filter(ours -> !ours.rival().isEmpty())
              .map(
                  ours ->
                      verdict(
                          ours, both / median(of(starts, ours.rival()), Lambda.Start::bothMillis)))
              .findFirst()
              .orElse("");
      text.append(
          String.format(
              Locale.ROOT,
              "| %s%s | %s | %s | %s | %s | %.2f | %s | %,.0f | %s | %.1f |%n",
              role,
              how,
              candidate.name(),
              spread(all, Lambda.Start::initMillis),
              spread(all, Lambda.Start::firstMillis),
              spread(all, Lambda.Start::bothMillis),
              both / bare,
              budget,
              median(all, Lambda.Start::cpuMillis),
              classes.getOrDefault(candidate.name(), ""),
              candidate.zipMiB()));
    }
    return text.toString();
  }

  private static String verdict(Ours ours, double ratio) {
    String verdict = ratio <= ours.budget() ? "met" : "missed";
    return String.format(
        Locale.ROOT, "≤ %.2f × %s: %.2f, %s", ours.budget(), ours.rival(), ratio, verdict);
  }

  /** The median, and between what the middle half lies. */
  private static String spread(List<Lambda.Start> starts, ToDoubleFunction<Lambda.Start> figure) {
    double[] sorted = starts.stream().mapToDouble(figure).sorted().toArray();
    return String.format(
        Locale.ROOT,
        "%,.0f (%,.0f–%,.0f)",
        median(starts, figure),
        sorted[sorted.length / 4],
        sorted[sorted.length - 1 - sorted.length / 4]);
  }

  private static double median(List<Lambda.Start> starts, ToDoubleFunction<Lambda.Start> figure) {
    double[] sorted = starts.stream().mapToDouble(figure).sorted().toArray();
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  private static String machine(String arguments) throws IOException {
    String model = System.getProperty("os.arch");
    Path cpus = Path.of("/proc/cpuinfo");
    if (Files.isReadable(cpus)) {
      try (var lines = Files.lines(cpus)) {
        model =
            lines
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse(model);
      }
    }
    return String.format(
        Locale.ROOT,
        "%s, commit %s, `bench/aws-cold-start%s`: %d cores (%s), %s %s, JDK %s; load average before"
            + " the run %.2f",
        LocalDate.now(ZoneOffset.UTC),
        System.getProperty("bench.commit", "unknown"),
        arguments.isEmpty() ? "" : " " + arguments,
        Runtime.getRuntime().availableProcessors(),
        model,
        System.getProperty("os.name"),
        System.getProperty("os.version").split("-")[0],
        Runtime.version(),
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }
}
