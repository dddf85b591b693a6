package io.openhqm.memory;

import io.openhqm.core.DeadLetters;
import io.openhqm.core.Job;
import io.openhqm.core.Message;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What the queue gave up; when there is no room for more, those with the smallest id go. */
final class MemoryDeadLetters implements DeadLetters {
  private final Memory memory;
  private final Port queue;

  MemoryDeadLetters(MemoryQueue queue) {
    this.queue = queue;
    memory = queue.memory;
  }

  @Override
  public List<Summary> list(Optional<UUID> after, int limit) {
    if (limit < 1 || limit > 1_000) {
      throw new IllegalArgumentException("limit must be 1 to 1,000 but is " + limit);
    }
    return queue.locked(
        () ->
            after
                .map(id -> memory.deadLetters.tailMap(id, false))
                .orElse(memory.deadLetters)
                .values()
                .stream()
                .limit(limit)
                .map(DeadLetter::summary)
                .toList());
  }

  @Override
  public Optional<DeadLetter> find(UUID id) {
    return queue.locked(() -> Optional.ofNullable(memory.deadLetters.get(id)));
  }

  @Override
  public boolean redrive(UUID id, Job job, Message message) {
    return queue.locked(
        () -> {
          if (!memory.deadLetters.containsKey(id)) {
            return false;
          }
          memory.accept(job, message, memory.now());
          memory.deadLetters.remove(id);
          return true;
        });
  }

  @Override
  public boolean purge(UUID id) {
    return queue.locked(() -> memory.deadLetters.remove(id) != null);
  }

  @Override
  public int purgeBefore(Instant before, int limit) {
    return queue.locked(
        () -> {
          var old =
              memory.deadLetters.values().stream()
                  .filter(letter -> letter.deadAt().isBefore(before))
                  .limit(limit)
                  .map(letter -> letter.message().id())
                  .toList();
          old.forEach(memory.deadLetters::remove);
          return old.size();
        });
  }

  @Override
  public long count() {
    return queue.locked(() -> (long) memory.deadLetters.size());
  }
}
