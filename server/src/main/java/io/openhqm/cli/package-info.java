/**
 * The command line: starts the server, and talks to one over HTTP. Exit codes are in {@link
 * io.openhqm.cli.ExitCode}; every command prints what a program needs with {@code --json}.
 */
@NullMarked
package io.openhqm.cli;

import org.jspecify.annotations.NullMarked;
