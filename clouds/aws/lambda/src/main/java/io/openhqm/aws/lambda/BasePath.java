package io.openhqm.aws.lambda;

/**
 * Where our own paths begin within the path of an event, and what a client puts before them.
 *
 * <ul>
 *   <li>HTTP API: {@code rawPath} begins with the stage, unless that is {@code $default}. A client
 *       asks for the stage too, unless it comes by a domain of the operator's own.
 *   <li>REST API: {@code path} has no stage; with a base path mapping it begins with that. What the
 *       client asked for is {@code requestContext.path}.
 *   <li>Function URLs and load balancers put nothing before it.
 * </ul>
 *
 * @param prefix what the event's path begins with before ours; empty, or as {@code /prod}
 * @param base what links must begin with; empty, or as {@code /prod}
 */
record BasePath(String prefix, String base) {
  static final BasePath NONE = new BasePath("", "");

  /** Of an event of the payload format 2.0. */
  static BasePath ofHttpApi(EventFields event, String path) {
    if (event.stage.isEmpty() || event.stage.equals("$default")) {
      return NONE;
    }
    String stage = "/" + event.stage;
    if (!startsWith(path, stage)) {
      return NONE;
    }
    boolean gatewaysOwnDomain = event.domain.startsWith(event.apiId + ".execute-api.");
    if (gatewaysOwnDomain) {
      return new BasePath(stage, shown(stage));
    }
    // A route that fits without the stage tells that there is none in the path.
    int space = event.routeKey.indexOf(' ');
    String template = space < 0 ? "" : event.routeKey.substring(space + 1);
    return isTelling(template) && fits(template, path, 0) ? NONE : new BasePath(stage, "");
  }

  /** Of an event of the payload format 1.0. */
  static BasePath ofRestApi(EventFields event, String path) {
    String prefix = isTelling(event.resource) ? prefix(event.resource, path) : "";
    String own = path.substring(prefix.length());
    boolean tells = event.contextPath.endsWith(own);
    String base =
        tells ? event.contextPath.substring(0, event.contextPath.length() - own.length()) : prefix;
    return new BasePath(prefix, shown(base));
  }

  /** Of an operator who says under which path of a public URL we are to be found. */
  static BasePath ofPublicUrl(String publicPath, String path) {
    return !publicPath.isEmpty() && startsWith(path, publicPath)
        ? new BasePath(publicPath, publicPath)
        : NONE;
  }

  private static boolean startsWith(String path, String prefix) {
    return path.startsWith(prefix)
        && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
  }

  /** A template that begins with a variable fits everything. */
  private static boolean isTelling(String template) {
    return template.length() > 1 && template.charAt(1) != '{';
  }

  /** The shortest one after which the rest of the path fits the template. */
  private static String prefix(String template, String path) {
    for (int at = 0; at >= 0; at = path.indexOf('/', at + 1)) {
      if (fits(template, path, at)) {
        return path.substring(0, at);
      }
    }
    return "";
  }

  /** Whether the path from {@code at} is one of a template such as {@code /a/{b}/{c+}}. */
  private static boolean fits(String template, String path, int at) {
    String[] wanted = template.substring(1).split("/", -1);
    String[] found = path.substring(Math.min(at + 1, path.length())).split("/", -1);
    for (int i = 0; i < wanted.length; i++) {
      if (wanted[i].endsWith("+}")) {
        return true;
      }
      boolean variable = wanted[i].startsWith("{");
      if (i >= found.length || !variable && !wanted[i].equals(found[i])) {
        return false;
      }
    }
    return wanted.length == found.length;
  }

  /** A base that cannot stand in a link, or that a link would take for another host, is none. */
  private static String shown(String base) {
    for (int i = 0; i < base.length(); i++) {
      char c = base.charAt(i);
      boolean segmentBegins = i > 0 && base.charAt(i - 1) == '/';
      boolean mayStand = i == 0 ? c == '/' : isUnreserved(c) || c == '/' && !segmentBegins;
      if (!mayStand || segmentBegins && c == '.') {
        return "";
      }
    }
    return base.endsWith("/") ? "" : base;
  }

  private static boolean isUnreserved(char c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || "-._~".indexOf(c) >= 0;
  }
}
