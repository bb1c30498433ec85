// The first file of Web replaces this one.
