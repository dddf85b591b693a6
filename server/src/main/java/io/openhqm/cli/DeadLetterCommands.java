package io.openhqm.cli;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Looks into the dead letters, runs them again, or removes them. */
@Command(
    name = "dead-letters",
    description = "Lists, shows, redrives and purges messages that were given up.",
    subcommands = {
      DeadLetterCommands.ListAll.class,
      DeadLetterCommands.Show.class,
      DeadLetterCommands.Redrive.class,
      DeadLetterCommands.Purge.class
    },
    footer = {
      "",
      "Examples:",
      "  openhqm dead-letters list",
      "  openhqm dead-letters redrive ID ID"
    })
final class DeadLetterCommands {
  private static final String PATH = "/api/v1/dead-letters";

  @Command(
      name = "list",
      description = "Lists dead letters, oldest first, as JSON.",
      footer = {
        "",
        "Examples:",
        "  openhqm dead-letters list --limit 1000",
        "  openhqm dead-letters list --after ID"
      })
  static final class ListAll extends ClientCommand {
    @Option(
        names = "--limit",
        paramLabel = "N",
        defaultValue = "100",
        description = "How many at most, 1 to 1000. Default: ${DEFAULT-VALUE}")
    int limit = 100;

    @Option(
        names = "--after",
        paramLabel = "ID",
        description = "Only those after this id: the next page.")
    Optional<UUID> after = Optional.empty();

    @Override
    ExitCode run(ApiClient api, Console console)
        throws ApiClient.UnreachableException, InterruptedException {
      var query = "?limit=" + limit + after.map(id -> "&after=" + id).orElse("");
      var answer = api.get(PATH + query, Duration.ZERO);
      if (!answer.isSuccess()) {
        return refused(answer, console);
      }
      console.raw(answer.text());
      return ExitCode.OK;
    }
  }

  @Command(
      name = "show",
      description = "Shows one with its message and the reason, as JSON.",
      footer = {"", "Example:", "  openhqm dead-letters show ID"})
  static final class Show extends ClientCommand {
    @Parameters(paramLabel = "ID", description = "The correlation id.")
    UUID id = new UUID(0, 0);

    @Override
    ExitCode run(ApiClient api, Console console)
        throws ApiClient.UnreachableException, InterruptedException {
      var answer = api.get(PATH + "/" + id, Duration.ZERO);
      if (!answer.isSuccess()) {
        return refused(answer, console);
      }
      console.raw(answer.text());
      return ExitCode.OK;
    }
  }

  /** The same call for each id; ends with the worst. */
  abstract static class ForEach extends ClientCommand {
    @Parameters(paramLabel = "ID", arity = "1..*", description = "Correlation ids.")
    List<UUID> ids = List.of();

    abstract ApiClient.Answer call(ApiClient api, UUID id)
        throws ApiClient.UnreachableException, InterruptedException;

    abstract String done(UUID id, ApiClient.Answer answer);

    @Override
    final ExitCode run(ApiClient api, Console console)
        throws ApiClient.UnreachableException, InterruptedException {
      var worst = ExitCode.OK;
      for (var id : ids) {
        var answer = call(api, id);
        if (!answer.isSuccess()) {
          worst = refused(answer, console);
        } else if (options.json) {
          console.raw(answer.text());
        } else {
          console.print(done(id, answer));
        }
      }
      return worst;
    }
  }

  @Command(
      name = "redrive",
      description = "Runs them again, each as a new job. A dead letter can be redriven once.",
      footer = {"", "Example:", "  openhqm dead-letters redrive ID ID"})
  static final class Redrive extends ForEach {
    @Override
    ApiClient.Answer call(ApiClient api, UUID id)
        throws ApiClient.UnreachableException, InterruptedException {
      return api.send("POST", PATH + "/" + id + "/redrive", Map.of(), new byte[0], Duration.ZERO);
    }

    @Override
    String done(UUID id, ApiClient.Answer answer) {
      return id + " runs again as " + answer.field("correlation_id").orElse("?");
    }
  }

  @Command(
      name = "purge",
      description = "Removes them for good.",
      footer = {"", "Example:", "  openhqm dead-letters purge ID"})
  static final class Purge extends ForEach {
    @Override
    ApiClient.Answer call(ApiClient api, UUID id)
        throws ApiClient.UnreachableException, InterruptedException {
      return api.send("DELETE", PATH + "/" + id, Map.of(), new byte[0], Duration.ZERO);
    }

    @Override
    String done(UUID id, ApiClient.Answer answer) {
      return id + " removed";
    }
  }
}
