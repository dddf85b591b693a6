package io.openhqm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.server.OpenHqmServer.Mode;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServingTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "serve",
        "listener",
        "worker",
        "serve --config config.yaml",
        "serve -c /etc/openhqm/config.yaml -p 0",
        "serve --mode worker --port 9000 --config a/b.yaml",
        "serve --mode listener",
        "worker --port 65535",
        "listener -c x.yaml"
      })
  void plainArgumentsMeanWhatPicocliTakesThemFor(String line) {
    String[] args = line.split(" ");
    var parsed = Main.commandLine(args).parseArgs(args).subcommand();

    ServeCommand command = (ServeCommand) parsed.commandSpec().userObject();

    assertThat(Serving.plain(args)).contains(command.serving());
  }

  @Test
  void plainArgumentsSayWhatRunsAndWithWhat() {
    assertThat(Serving.plain("serve", "--mode", "listener", "-p", "9000", "-c", "a.yaml"))
        .contains(new Serving(Mode.LISTENER, Optional.of(Path.of("a.yaml")), Optional.of(9000)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "demo",
        "serve --help",
        "serve -h",
        "serve --config",
        "serve --config=a.yaml",
        "serve --config --port",
        "serve --config a.yaml --config b.yaml",
        "serve --port 1 --port 2",
        "serve --port none",
        "serve --port 123456",
        "serve --port -1",
        "serve --mode all",
        "serve --mode all --mode worker",
        "serve --mode WORKER",
        "serve --mode fast",
        "serve --unknown x",
        "worker --mode listener",
        "serve a b"
      })
  void whatIsNotPlainIsLeftToPicocli(String line) {
    assertThat(Serving.plain(line.split(" "))).isEmpty();
  }
}
