// The first file of Services replaces this one.
