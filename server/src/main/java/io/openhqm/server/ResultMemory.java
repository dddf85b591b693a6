package io.openhqm.server;

import io.openhqm.core.BlobStore;
import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.api.Problem;
import io.openhqm.core.api.ProblemException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Memory for the large bodies that clients read. A share belongs to the thread that answers a
 * request: from before it fetches a body until the answer is sent. Safe for use by many threads.
 */
final class ResultMemory {
  private static final Duration COME_AGAIN = Duration.ofSeconds(1);

  private final Budget budget;
  private final ThreadLocal<Budget.@Nullable Share> shares = new ThreadLocal<>();

  /**
   * @param bytes for all bodies at a time; one that is larger has to be alone
   */
  ResultMemory(long bytes) {
    this.budget = new Budget(bytes);
  }

  /** The same bodies, for which there must be room. */
  BlobStore in(BlobStore real) {
    return new Bodies(real);
  }

  /** What the calling thread has, if it has any. */
  void giveBack() {
    var share = shares.get();
    if (share != null) {
      share.close();
      shares.remove();
    }
  }

  private void take(long bytes) {
    var share = shares.get();
    if (share == null) {
      share = budget.share();
      shares.set(share);
    }
    if (!share.growTo(Math.min(bytes, budget.bytes()))) {
      throw new ProblemException(
          Problem.of(
                  Problem.Kind.OVERLOADED,
                  "Large results that are being read have all the memory that there is for them ("
                      + budget.bytes()
                      + " bytes); ask for this one again later.")
              .retryAfter(COME_AGAIN));
    }
  }

  private final class Bodies implements BlobStore {
    private final BlobStore real;

    Bodies(BlobStore real) {
      this.real = real;
    }

    @Override
    public Optional<Bytes> get(Body.Stored body) {
      take(body.length());
      return real.get(body);
    }

    @Override
    public void put(String key, Bytes bytes) {
      real.put(key, bytes);
    }

    @Override
    public Optional<Bytes> get(String key) {
      return real.get(key);
    }

    @Override
    public void delete(String key) {
      real.delete(key);
    }

    @Override
    public List<Kept> list(Optional<String> after, int limit) {
      return real.list(after, limit);
    }

    @Override
    public Optional<Duration> keepsFor() {
      return real.keepsFor();
    }

    @Override
    public void close() {
      real.close();
    }
  }
}
