package io.openhqm.aws.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.openhqm.aws.lambda.testing.LogLines;
import io.openhqm.core.EngineException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class StartupTest {
  private final LogLines log = new LogLines();
  private final List<String> happened = new CopyOnWriteArrayList<>();

  private Surroundings surroundings(String... environment) {
    return new Surroundings(
        environment.length == 0 ? Map.of() : Map.of(environment[0], environment[1]),
        log.out(),
        InstantSource.system());
  }

  @Test
  void aFunctionIsOpenedOnceAtItsStart() {
    var function =
        Startup.of(
            surroundings(),
            () -> {},
            at -> "opened",
            opened -> happened.add("rehearsed " + opened));
    assertThat(function.get()).isSameAs(function.get()).isEqualTo("opened");
    assertThat(happened).containsExactly("rehearsed opened");
  }

  @Test
  void aWarmUpThatFailsStopsNothing() {
    var function =
        Startup.of(
            surroundings(),
            () -> {
              happened.add("warm");
              throw new IllegalStateException();
            },
            at -> "opened",
            opened -> {});
    await().until(() -> happened.contains("warm"));
    assertThat(function.get()).isEqualTo("opened");
    assertThat(log.lines()).isEmpty();
  }

  @Test
  void allFaultsOfAConfigurationAreInOneLine() {
    var faults = new ConfigurationException(List.of("a: wrong", "b: missing"));
    assertThatThrownBy(
            () ->
                Startup.of(
                    surroundings(),
                    () -> {},
                    at -> {
                      throw faults;
                    },
                    opened -> {}))
        .isSameAs(faults);
    assertThat(log.lines()).hasSize(1);
    var line = log.lines().getFirst();
    assertThat(line.get("level").asString()).isEqualTo("ERROR");
    assertThat(line.get("message").asString()).contains("a: wrong", "b: missing");
    assertThat(line.get("problems")).hasSize(2);
  }

  @Test
  void anEngineThatCannotBeOpenedIsInTheLogToo() {
    assertThatThrownBy(
            () ->
                Startup.of(
                    surroundings(),
                    () -> {},
                    at -> {
                      throw new EngineException("queue.sqs_queue_url: set it");
                    },
                    opened -> {}))
        .isInstanceOf(EngineException.class);
    assertThat(log.lines().getFirst().get("message").asString()).contains("sqs_queue_url");
  }

  @Test
  void aSnapshotHoldsNoSecretsWhereTheirNamesAreTold() throws Exception {
    var environment =
        Map.of(
            "AWS_LAMBDA_INITIALIZATION_TYPE",
            "snap-start",
            "OPENHQM_SECRETS_ARN",
            "arn",
            "OPENHQM_SECRET_NAMES",
            "ORDERS_TOKEN");
    var arns = new ArrayList<Optional<String>>();
    var function =
        (Snapshot<Optional<String>>)
            Startup.of(
                new Surroundings(environment, log.out(), InstantSource.system()),
                () -> {},
                at -> {
                  arns.add(Optional.ofNullable(at.environment().get("OPENHQM_SECRETS_ARN")));
                  return arns.getLast();
                },
                rehearsed -> {});

    function.beforeCheckpoint(org.crac.Core.getGlobalContext());
    function.afterRestore(org.crac.Core.getGlobalContext());

    assertThat(arns).containsExactly(Optional.empty(), Optional.of("arn"));
  }

  @Test
  void underSnapStartOneIsRehearsedBeforeTheSnapshotAndAnotherOpenedAfterTheRestore()
      throws Exception {
    var opened = new ArrayList<String>();
    var surroundings = surroundings("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start");
    var function =
        (Snapshot<AutoCloseable>)
            Startup.<AutoCloseable>of(
                surroundings,
                () -> happened.add("warm"),
                at -> {
                  String name = "function " + (opened.size() + 1);
                  opened.add(name);
                  at.out().println("\"" + name + "\"");
                  return () -> happened.add(name + " closed");
                },
                rehearsed -> happened.add("rehearsed"));
    assertThat(opened).isEmpty();

    function.beforeCheckpoint(org.crac.Core.getGlobalContext());
    assertThat(happened).containsExactly("warm", "rehearsed", "function 1 closed");
    assertThat(log.lines()).isEmpty();

    function.afterRestore(org.crac.Core.getGlobalContext());
    assertThat(opened).containsExactly("function 1", "function 2");
    assertThat(function.get()).isSameAs(function.get());
    assertThat(opened).hasSize(2);
  }

  @Test
  void aFunctionThatNobodyToldOfARestoreIsOpenedAtItsFirstUse() {
    var surroundings = surroundings("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start");
    var function = Startup.of(surroundings, () -> {}, at -> new Object(), opened -> {});
    assertThat(function.get()).isSameAs(function.get());
  }
}
