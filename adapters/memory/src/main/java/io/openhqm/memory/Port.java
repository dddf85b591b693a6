package io.openhqm.memory;

import java.util.function.Supplier;

/** One of the things that an engine gives out; can be closed by itself. */
abstract class Port implements AutoCloseable {
  final Memory memory;
  private boolean closed;

  Port(Memory memory) {
    this.memory = memory;
  }

  /** Does {@code work} in one step, unless this is closed. */
  final <T> T locked(Supplier<T> work) {
    memory.lock.lock();
    try {
      requireOpen();
      return work.get();
    } finally {
      memory.lock.unlock();
    }
  }

  final void requireOpen() {
    memory.requireOpen(closed);
  }

  @Override
  public final void close() {
    memory.lock.lock();
    try {
      closed = true;
      memory.wakeAll();
    } finally {
      memory.lock.unlock();
    }
  }
}
