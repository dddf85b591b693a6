package io.openhqm.cli;

import io.openhqm.cli.ApiClient.Answer;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * A command that asks a server: one place for unreachable servers, problems and what they end with.
 */
abstract class ClientCommand implements Callable<Integer> {
  private static final Duration POLL = Duration.ofSeconds(10);
  private static final Duration PAUSE_MIN = Duration.ofSeconds(1);
  private static final Duration PAUSE_MAX = Duration.ofSeconds(10);

  @Mixin ClientOptions options = new ClientOptions();

  @Spec CommandSpec spec = CommandSpec.create();

  /** Does it. */
  abstract ExitCode run(ApiClient api, Console console)
      throws ApiClient.UnreachableException, InterruptedException;

  @Override
  public final Integer call() throws InterruptedException {
    var console = Main.console(spec);
    if (!"http".equals(options.server.getScheme()) && !"https".equals(options.server.getScheme())) {
      console.error("The server must be an http or https URL but is '" + options.server + "'.");
      return ExitCode.USAGE.code();
    }
    try (var api = new ApiClient(options.server)) {
      return run(api, console).code();
    } catch (ApiClient.UnreachableException unreachable) {
      console.progressDone();
      console.error(unreachable.getMessage());
      return ExitCode.UNAVAILABLE.code();
    }
  }

  /** Prints what the server refused, and says what to end with. */
  final ExitCode refused(Answer answer, Console console) {
    if (options.json) {
      console.raw(answer.text());
    }
    console.error(
        answer.field("title").orElse("HTTP " + answer.status())
            + answer.field("detail").map(d -> ": " + d).orElse(""));
    answer
        .field("errors")
        .filter(errors -> !errors.equals("[]"))
        .ifPresent(errors -> console.error("  " + errors));
    return switch (answer.status()) {
      case 404, 410 -> ExitCode.NOT_FOUND;
      case 503, 502, 504 -> ExitCode.UNAVAILABLE;
      default -> ExitCode.FAILED;
    };
  }

  /**
   * Polls until the job has ended or the time is over, with a progress line. A server that does not
   * hold its answer back is asked as seldom as it says, and ever less.
   */
  final Answer awaitEnd(ApiClient api, Console console, String id, Duration atMost)
      throws ApiClient.UnreachableException, InterruptedException {
    long start = System.nanoTime();
    var pause = PAUSE_MIN;
    while (true) {
      long asked = System.nanoTime();
      var left = atMost.minusNanos(System.nanoTime() - start);
      var waiting = shorter(left, POLL);
      var answer =
          api.get(
              "/api/v1/response/" + id,
              waiting.isNegative() ? Duration.ZERO : waiting.plusMillis(999));
      if (answer.status() != 202 || System.nanoTime() - start >= atMost.toNanos()) {
        console.progressDone();
        return answer;
      }
      long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
      console.progress(id + "  " + answer.field("status").orElse("") + "  " + seconds + " s");
      if (System.nanoTime() - asked < PAUSE_MIN.toNanos()) {
        var told = answer.retryAfter().orElse(Duration.ZERO);
        var longer = told.compareTo(pause) > 0 ? told : pause;
        Thread.sleep(shorter(longer, atMost.minusNanos(System.nanoTime() - start)));
        pause = shorter(pause.multipliedBy(2), PAUSE_MAX);
      } else {
        pause = PAUSE_MIN;
      }
    }
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** Prints a response envelope for a person or a program. */
  final ExitCode printResponse(Answer answer, Console console) {
    if (!answer.isSuccess()) {
      return refused(answer, console);
    }
    String status = answer.field("status").orElse("?");
    if (options.json) {
      console.raw(answer.text());
    } else {
      console.print("status       " + status);
      answer.field("status_code").ifPresent(code -> console.print("status_code  " + code));
      answer
          .field("processing_time_ms")
          .ifPresent(ms -> console.print("took         " + ms + " ms"));
      answer.field("error").ifPresent(error -> console.raw("error        " + error));
      answer.field("result").ifPresent(console::raw);
    }
    return ending(status);
  }

  static ExitCode ending(String status) {
    return switch (status) {
      case "COMPLETED" -> ExitCode.OK;
      case "FAILED", "TIMEOUT", "CANCELLED" -> ExitCode.FAILED;
      default -> ExitCode.NOT_DONE;
    };
  }
}
