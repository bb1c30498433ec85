// The first file of HTTP replaces this one.
