// The first file of HTTPClient replaces this one.
