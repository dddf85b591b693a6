package io.openhqm.bench.aws;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * A function that is measured.
 *
 * @param name what it is called in the table
 * @param handler as in a template
 * @param jars its class path, without the runtime interface client's
 * @param runtime the runtime interface client's jars
 * @param variables what it needs besides
 */
record Candidate(
    String name,
    String handler,
    List<Path> jars,
    List<Path> runtime,
    Map<String, String> variables) {

  /** The entry point of Spring Cloud Function. */
  static final String SPRING_INVOKER =
      "org.springframework.cloud.function.adapter.aws.FunctionInvoker";

  private static final List<String> OF_THE_RUNTIME =
      List.of("aws-lambda-java-runtime-interface-client-", "aws-lambda-java-serialization-");

  /** Which libraries of the AWS SDK come only by S3, which nobody is measured with. */
  private static final List<String> OF_S3 =
      List.of("s3-", "arns-", "aws-xml-protocol-", "aws-query-protocol-", "crt-core-");

  private static boolean startsWithOne(List<String> starts, Path jar) {
    String name = jar.getFileName().toString();
    return starts.stream().anyMatch(name::startsWith);
  }

  private static List<Path> jarsIn(Path folder, Predicate<Path> which) throws IOException {
    try (var files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".jar")).filter(which).sorted().toList();
    }
  }

  /**
   * One of ours, from the package that is delivered.
   *
   * @param zip the one with the runtime interface client in it
   */
  static Candidate ours(
      String name, String handler, Path zip, Path folder, Map<String, String> variables)
      throws IOException {
    unzip(zip, folder);
    return new Candidate(
        name,
        handler,
        jarsIn(folder, jar -> !startsWithOne(OF_THE_RUNTIME, jar)),
        jarsIn(folder, jar -> startsWithOne(OF_THE_RUNTIME, jar)),
        variables);
  }

  /** Its own classes as a jar, as an AOT cache knows no folders. */
  private static void unzip(Path zip, Path folder) throws IOException {
    Files.createDirectories(folder);
    try (var in = new ZipInputStream(Files.newInputStream(zip));
        var own = new ZipOutputStream(Files.newOutputStream(folder.resolve("function.jar")))) {
      for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        String path = entry.getName();
        if (path.startsWith("lib/") && path.endsWith(".jar")) {
          Files.write(folder.resolve(path.substring("lib/".length())), in.readAllBytes());
        } else if (!entry.isDirectory() && !path.equals("bootstrap")) {
          own.putNextEntry(new ZipEntry(path));
          in.transferTo(own);
        }
      }
    }
  }

  /**
   * The rivals of one of ours, with the same AWS SDK.
   *
   * @param role submit, status or worker
   * @param built where they were built
   */
  static List<Candidate> rivals(String role, Path built, List<Path> runtime) throws IOException {
    Path own = jarsIn(built, jar -> startsWithOne(List.of("openhqm-bench-rivals"), jar)).getFirst();
    Path lib = built.resolve("lib");
    var crt = List.of("aws-crt-", "crt-core-");
    var sdk =
        jarsIn(
            lib,
            jar ->
                jar.toString().contains("2.54.14") && !startsWithOne(OF_S3, jar)
                    || startsWithOne(
                        List.of("aws-lambda-java-core", "slf4j-api", "reactive", "eventstr"), jar));
    var events = jarsIn(lib, jar -> startsWithOne(List.of("aws-lambda-java-events", "joda"), jar));
    var crtJars = jarsIn(lib, jar -> startsWithOne(crt, jar));
    var spring = jarsIn(lib, jar -> !startsWithOne(crt, jar));
    String cased = Character.toUpperCase(role.charAt(0)) + role.substring(1);
    String at = "io.openhqm.bench.rivals.";
    return List.of(
        new Candidate(
            "bare stream handler",
            at + "Bare" + cased + "::handleRequest",
            joined(List.of(own), sdk),
            runtime,
            Map.of()),
        new Candidate(
            "bare, CRT client",
            at + "Bare" + cased + "::handleRequest",
            joined(List.of(own), sdk, crtJars),
            runtime,
            Map.of("BENCH_HTTP", "crt")),
        new Candidate(
            "typed handler",
            at + "Typed" + cased + "::handleRequest",
            joined(List.of(own), sdk, events),
            runtime,
            Map.of()),
        new Candidate(
            "stock Spring Boot",
            SPRING_INVOKER + "::handleRequest",
            joined(List.of(own), spring),
            runtime,
            Map.of(
                "MAIN_CLASS", at + "SpringApplication", "SPRING_CLOUD_FUNCTION_DEFINITION", role)));
  }

  @SafeVarargs
  private static List<Path> joined(List<Path>... parts) {
    return List.of(parts).stream().flatMap(List::stream).toList();
  }

  String classPath() {
    return joined(jars, runtime).stream()
        .map(Path::toString)
        .reduce((one, other) -> one + java.io.File.pathSeparator + other)
        .orElseThrow();
  }

  /** What Lambda would be sent: all but the runtime's, zipped. */
  double zipMiB() {
    var counted = new CountingStream();
    try (var zip = new ZipOutputStream(counted)) {
      for (var jar : jars) {
        zip.putNextEntry(new ZipEntry(jar.getFileName().toString()));
        Files.copy(jar, zip);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return counted.bytes / 1024.0 / 1024.0;
  }

  private static final class CountingStream extends OutputStream {
    private long bytes;

    @Override
    public void write(int one) {
      bytes++;
    }

    @Override
    public void write(byte[] some, int from, int length) {
      bytes += length;
    }
  }
}
