package io.openhqm.bench;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Measures what is asked for, or all, and prints one table. */
public final class Bench {
  private interface Scenario {
    void run() throws Exception;
  }

  private Bench() {}

  /** {@code [--quick] [scenario ...]}. */
  public static void main(String[] args) throws Exception {
    boolean quick = false;
    List<String> wanted = new ArrayList<>();
    for (String argument : args) {
      if (argument.equals("--quick")) {
        quick = true;
      } else {
        wanted.add(argument);
      }
    }
    var table = new Table();
    var known = scenarios(new Scenarios(home(), quick, table));
    if (!known.keySet().containsAll(wanted)) {
      System.err.println(
          "usage: bench/run [--quick] [scenario ...]; scenarios are "
              + String.join(", ", known.keySet()));
      System.exit(2);
    }
    String machine = machine(quick);
    boolean failed = false;
    for (var scenario : known.entrySet()) {
      if (wanted.isEmpty() || wanted.contains(scenario.getKey())) {
        System.err.println("bench: " + scenario.getKey() + " ...");
        try {
          scenario.getValue().run();
        } catch (Exception e) {
          failed = true;
          e.printStackTrace();
          table.note("scenario " + scenario.getKey(), "failed: " + e.getMessage());
        }
      }
    }
    System.out.println(machine);
    System.out.println();
    System.out.print(table.markdown());
    System.exit(failed ? 1 : 0);
  }

  private static Map<String, Scenario> scenarios(Scenarios scenarios) {
    Map<String, Scenario> all = new LinkedHashMap<>();
    all.put("start", scenarios::start);
    all.put("idle", scenarios::idle);
    all.put("submit", scenarios::submit);
    all.put("drain", scenarios::drain);
    all.put("latency", scenarios::latency);
    all.put("kill", scenarios::kill);
    all.put("disk", scenarios::disk);
    all.put("backlog", scenarios::backlog);
    return all;
  }

  private static Path home() {
    return Path.of(System.getProperty("bench.home", ".")).toAbsolutePath().normalize();
  }

  private static String machine(boolean quick) throws Exception {
    String memory =
        first("/proc/meminfo", "MemTotal:")
            .map(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024 / 1024 + " GiB")
            .orElse("unknown memory");
    String model =
        first("/proc/cpuinfo", "model name")
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .orElse(System.getProperty("os.arch"));
    return "%s, commit %s, `bench/run%s`: %d cores (%s), %s, %s %s, JDK %s; %s"
        .formatted(
            LocalDate.now(ZoneOffset.UTC),
            System.getProperty("bench.commit", "unknown"),
            quick ? " --quick" : "",
            Runtime.getRuntime().availableProcessors(),
            model,
            memory,
            System.getProperty("os.name"),
            // what stands behind the dash is a name that the machine was given
            System.getProperty("os.version").split("-")[0],
            Runtime.version(),
            otherWork());
  }

  /** Whether the figures are worth anything. */
  private static String otherWork() {
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    return "load average before the run " + Table.number(load);
  }

  private static Optional<String> first(String file, String start) throws Exception {
    Path path = Path.of(file);
    if (!Files.isReadable(path)) {
      return Optional.empty();
    }
    try (var lines = Files.lines(path)) {
      return lines.filter(line -> line.startsWith(start)).findFirst();
    }
  }
}
