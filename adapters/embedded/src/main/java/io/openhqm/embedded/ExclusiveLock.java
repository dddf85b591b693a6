package io.openhqm.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.openhqm.core.EngineException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * One process at a time: leases and the order of delivery live in its memory. A lock on a file of
 * its own, since a lock on the database would keep out programs that read it or write to the inbox.
 * The system gives it up when the process ends, however it ends.
 */
final class ExclusiveLock implements AutoCloseable {
  private final FileChannel channel;

  private ExclusiveLock(FileChannel channel) {
    this.channel = channel;
  }

  static ExclusiveLock take(Path database) {
    var file = database.resolveSibling(database.getFileName() + ".lock");
    FileChannel channel;
    try {
      var folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ);
    } catch (IOException e) {
      throw new EngineException(
          "cannot open "
              + file
              + " ("
              + e
              + "): look at the permissions of its folder, or name another file in"
              + " queue.embedded_path",
          e);
    }
    try {
      if (channel.tryLock(Long.MAX_VALUE - 1, 1, false) == null) {
        throw inUse(database, channel);
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(UTF_8)), 0);
      return new ExclusiveLock(channel);
    } catch (OverlappingFileLockException e) {
      throw inUse(database, channel);
    } catch (IOException e) {
      close(channel);
      throw new EngineException("cannot lock " + file + ": " + e, e);
    }
  }

  private static EngineException inUse(Path database, FileChannel channel) {
    String owner = "another process";
    try (channel) {
      var bytes = ByteBuffer.allocate(20);
      channel.read(bytes, 0);
      String pid = new String(bytes.array(), 0, bytes.position(), UTF_8).strip();
      owner = pid.isEmpty() ? owner : "process " + pid;
    } catch (IOException e) {
      owner += " (its number cannot be read: " + e.getMessage() + ")";
    }
    return new EngineException(
        "the database "
            + database
            + " is in use by "
            + owner
            + ": stop it, or name another file in queue.embedded_path");
  }

  private static void close(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    close(channel);
  }
}
