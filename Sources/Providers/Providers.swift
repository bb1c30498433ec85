// The first file of Providers replaces this one.
