// The first file of Store replaces this one.
