package io.openhqm.cli;

import java.time.Duration;
import java.util.UUID;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands about one job. */
final class JobCommands {
  private JobCommands() {}

  /** Takes the id of the job. */
  abstract static class OneJob extends ClientCommand {
    @Parameters(paramLabel = "ID", description = "The correlation id.")
    UUID id = new UUID(0, 0);
  }

  @Command(
      name = "status",
      description = "Shows where a job stands.",
      footer = {"", "Examples:", "  openhqm status ID", "  openhqm status ID --json"})
  static final class Status extends OneJob {
    @Override
    ExitCode run(ApiClient api, Console console)
        throws ApiClient.UnreachableException, InterruptedException {
      var answer = api.get("/api/v1/status/" + id, Duration.ZERO);
      if (!answer.isSuccess()) {
        return refused(answer, console);
      }
      if (options.json) {
        console.raw(answer.text());
        return ExitCode.OK;
      }
      for (String field :
          new String[] {"status", "attempts", "submitted_at", "updated_at", "last_error"}) {
        answer
            .field(field)
            .ifPresent(value -> console.raw(String.format("%-12s %s", field, value)));
      }
      return ExitCode.OK;
    }
  }

  @Command(
      name = "response",
      description = "Shows the answer of a job that has ended.",
      footer = {
        "",
        "Examples:",
        "  openhqm response ID",
        "  openhqm response ID --body > answer.pdf"
      })
  static final class Response extends OneJob {
    @Option(names = "--body", description = "Only the backend's body, byte for byte.")
    boolean body;

    @Override
    ExitCode run(ApiClient api, Console console)
        throws ApiClient.UnreachableException, InterruptedException {
      if (!body) {
        return printResponse(api.get("/api/v1/response/" + id, Duration.ZERO), console);
      }
      var answer = api.get("/api/v1/response/" + id + "/body", Duration.ZERO);
      if (!answer.isBackends()) {
        if (answer.status() != 202) {
          return refused(answer, console);
        }
        console.error("Not done yet: wait for it with: openhqm wait " + id);
        return ExitCode.NOT_DONE;
      }
      System.out.write(answer.body(), 0, answer.body().length);
      System.out.flush();
      return ExitCode.OK;
    }
  }

  @Command(
      name = "wait",
      description = "Waits for a job to end and shows its answer.",
      footer = {"", "Example:", "  openhqm wait ID --timeout 60"})
  static final class Wait extends OneJob {
    @Option(
        names = "--timeout",
        paramLabel = "SECONDS",
        defaultValue = "300",
        description = "How long at most. Default: ${DEFAULT-VALUE}")
    int timeout = 300;

    @Override
    ExitCode run(ApiClient api, Console console)
        throws ApiClient.UnreachableException, InterruptedException {
      return printResponse(
          awaitEnd(api, console, id.toString(), Duration.ofSeconds(timeout)), console);
    }
  }

  @Command(
      name = "cancel",
      description = "Cancels a job; a call to its backend that is under way is aborted.",
      footer = {"", "Example:", "  openhqm cancel ID"})
  static final class Cancel extends OneJob {
    @Override
    ExitCode run(ApiClient api, Console console)
        throws ApiClient.UnreachableException, InterruptedException {
      var answer =
          api.send(
              "DELETE", "/api/v1/requests/" + id, java.util.Map.of(), new byte[0], Duration.ZERO);
      if (!answer.isSuccess()) {
        return refused(answer, console);
      }
      if (options.json) {
        console.raw(answer.text());
      } else {
        console.print(answer.status() == 200 ? "already cancelled" : "cancellation asked");
      }
      return ExitCode.OK;
    }
  }
}
