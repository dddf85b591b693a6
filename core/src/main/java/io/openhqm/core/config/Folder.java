package io.openhqm.core.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Where relative paths of a configuration begin.
 *
 * @param path the folder of the file
 */
record Folder(Path path) {
  /** The path that {@code text}, a value of {@code setting}, means; what is none is a fault. */
  Path resolve(SectionReader in, String setting, String text) {
    try {
      return path.resolve(text);
    } catch (InvalidPathException notAPath) {
      in.problem(setting, "not a path, at character " + notAPath.getIndex());
      return path;
    }
  }

  /**
   * The text of a file.
   *
   * @throws IOException also if it is larger than any configuration
   */
  static String read(Path file) throws IOException {
    byte[] bytes;
    try (var in = Files.newInputStream(file)) {
      bytes = in.readNBytes(YamlReader.CHARACTERS_MAX + 1);
    }
    if (bytes.length > YamlReader.CHARACTERS_MAX) {
      throw new TooLargeException();
    }
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }

  static String reason(Path file, IOException unreadable) {
    return switch (unreadable) {
      case TooLargeException large -> "it is larger than 4 MiB";
      case NoSuchFileException missing -> "there is no such file";
      case AccessDeniedException denied -> "this user may not read it";
      case CharacterCodingException malformed -> "it is not UTF-8";
      default -> Files.isDirectory(file) ? "it is a folder" : unreadable.getClass().getSimpleName();
    };
  }

  private static final class TooLargeException extends IOException {
    private static final long serialVersionUID = 1L;
  }
}
