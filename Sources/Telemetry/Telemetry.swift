// The first file of Telemetry replaces this one.
