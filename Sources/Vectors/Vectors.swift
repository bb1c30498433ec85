// The first file of Vectors replaces this one.
