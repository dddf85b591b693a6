/**
 * Where a message goes and with which header fields: endpoint resolution, routing and header rules.
 * Pure: nothing here opens a connection.
 */
@NullMarked
package io.openhqm.core.endpoint;

import org.jspecify.annotations.NullMarked;
