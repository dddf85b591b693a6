package com.example.thumbnails;

import io.openhqm.core.Attempt;
import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.Message;
import io.openhqm.core.PermanentException;
import io.openhqm.core.Processor;
import io.openhqm.core.Result;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import javax.imageio.ImageIO;

/** Makes a small PNG of the picture that a client posts. */
public final class ThumbnailProcessor implements Processor {
  private static final long PIXELS_MAX = 50_000_000;

  private int width = 200;

  /** What {@code processor.name} in the configuration says. */
  @Override
  public String name() {
    return "thumbnails";
  }

  /** Called once, before the first message, with what stands under {@code processor.config}. */
  @Override
  public void start(Map<String, Object> config) {
    var text = String.valueOf(config.getOrDefault("width", "200"));
    if (!text.matches("[1-9][0-9]{0,3}")) {
      throw new IllegalArgumentException(
          "processor.config.width must be 1 to 9999 but is '" + text + "'");
    }
    width = Integer.parseInt(text);
  }

  /** Called by many threads at once, and perhaps again for the same message. */
  @Override
  public Result process(Attempt attempt) throws PermanentException {
    var picture = read(attempt.message());
    int height = Math.max(1, picture.getHeight() * width / picture.getWidth());
    var small = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
    var canvas = small.createGraphics();
    canvas.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    canvas.drawImage(picture, 0, 0, width, height, null);
    canvas.dispose();
    return new Result(200, Headers.of("Content-Type", "image/png"), Body.of(png(small)));
  }

  /** What can never succeed is a {@link PermanentException}: it is not tried again. */
  private static BufferedImage read(Message message) throws PermanentException {
    if (!(message.payload() instanceof Body.Inline inline)) {
      throw new PermanentException("the payload is not here; the worker always brings it");
    }
    try (var in = ImageIO.createImageInputStream(inline.bytes().toInputStream())) {
      var readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new PermanentException("this is not a picture; send a PNG, JPEG, GIF, BMP or WBMP");
      }
      var reader = readers.next();
      try {
        reader.setInput(in);
        // A few bytes can claim to be a picture that fills the memory: ask before it is read.
        if ((long) reader.getWidth(0) * reader.getHeight(0) > PIXELS_MAX) {
          throw new PermanentException("the picture has more than " + PIXELS_MAX + " pixels");
        }
        return reader.read(0);
      } finally {
        reader.dispose();
      }
    } catch (IOException | RuntimeException damaged) {
      throw new PermanentException("the picture cannot be read: " + damaged.getMessage());
    }
  }

  private static Bytes png(BufferedImage image) {
    var out = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", out);
    } catch (IOException impossibleInMemory) {
      throw new UncheckedIOException(impossibleInMemory);
    }
    return Bytes.wrap(out.toByteArray());
  }
}
