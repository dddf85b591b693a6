package io.openhqm.aws.lambda;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.crac.Context;
import org.crac.Core;
import org.crac.Resource;

/**
 * A function under SnapStart. Before the snapshot one is opened, used and thrown away, so that its
 * classes are loaded and a configuration that is wrong is found when the version is published. The
 * one that works is opened after each restore: no two processes share what it makes up or holds.
 */
final class Snapshot<T> implements Resource, Supplier<T> {
  private final Surroundings surroundings;
  private final Function<Surroundings, T> open;
  private final Consumer<T> prime;
  private volatile Optional<T> function = Optional.empty();

  Snapshot(Surroundings surroundings, Function<Surroundings, T> open, Consumer<T> prime) {
    this.surroundings = surroundings;
    this.open = open;
    this.prime = prime;
    // Kept there by a weak reference only: whoever was given this one keeps it alive.
    Core.getGlobalContext().register(this);
  }

  @Override
  public void beforeCheckpoint(Context<? extends Resource> context) throws Exception {
    T rehearsal = open.apply(silenced());
    prime.accept(rehearsal);
    if (rehearsal instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }

  /** What is wrong is told, what a rehearsal counts is not; and it knows no secrets. */
  private Surroundings silenced() {
    var nowhere = new PrintStream(OutputStream.nullOutputStream());
    var environment = FunctionConfig.withPlaceholders(surroundings.environment());
    return new Surroundings(environment, nowhere, surroundings.clock(), true);
  }

  @Override
  public void afterRestore(Context<? extends Resource> context) {
    function = Optional.of(open.apply(surroundings));
  }

  /** Opened here where nobody told of a restore. */
  @Override
  public T get() {
    var opened = function;
    return opened.isPresent() ? opened.get() : openedNow();
  }

  private synchronized T openedNow() {
    if (function.isEmpty()) {
      function = Optional.of(open.apply(surroundings));
    }
    return function.get();
  }
}
