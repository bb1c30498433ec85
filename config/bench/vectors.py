#!/usr/bin/env python3
"""One library for nearest neighbours on one set of vectors: a peer of Tintype's graph.

`vectors.py LIBRARY BASE QUERIES TRUTH` builds with two threads, M = 16 and ef_construction = 200, and
prints the seconds and the bytes of memory a vector. Then it answers each line it reads with one:
`recall EF` with recall@10, `run EF THREADS SECONDS` with queries per second.
"""

import json
import sys
import time

import numpy as np

M, CONSTRUCTION, K = 16, 200, 10


def rows(path, kind):
    with open(path + ".json") as header:
        shape = json.load(header)
    return np.fromfile(path, kind).reshape(shape["rows"], shape["dim"])


def anonymous_bytes():
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("RssAnon"):
                return int(line.split()[1]) * 1024
    return 0


class HNSWLib:
    def __init__(self, count, dimension, _):
        import hnswlib

        self.index = hnswlib.Index(space="ip", dim=dimension)
        self.index.init_index(
            max_elements=count, M=M, ef_construction=CONSTRUCTION, random_seed=1)

    def add(self, base):
        self.index.add_items(base, np.arange(len(base)), num_threads=2)

    def search(self, queries, ef, threads):
        self.index.set_ef(max(ef, K))
        return self.index.knn_query(queries, k=K, num_threads=threads)[0]


class USearch:
    def __init__(self, _, dimension, kind):
        from usearch.index import Index

        self.index = Index(
            ndim=dimension, metric="cos" if kind == "i8" else "ip", dtype=kind, connectivity=M,
            expansion_add=CONSTRUCTION, expansion_search=64)

    def add(self, base):
        self.index.add(np.arange(len(base), dtype=np.uint64), base, threads=2)

    def search(self, queries, ef, threads):
        self.index.expansion_search = ef
        return self.index.search(queries, K, threads=threads).keys


class Faiss:
    def __init__(self, _, dimension, kind):
        import faiss

        self.faiss = faiss
        metric = faiss.METRIC_INNER_PRODUCT
        if kind == "flat":
            self.index = faiss.IndexHNSWFlat(dimension, M, metric)
        else:
            quantizer = faiss.ScalarQuantizer
            code = {"sq8": quantizer.QT_8bit, "fp16": quantizer.QT_fp16}[kind]
            self.index = faiss.IndexHNSWSQ(dimension, code, M, metric)
        self.index.hnsw.efConstruction = CONSTRUCTION

    def add(self, base):
        self.faiss.omp_set_num_threads(2)
        if not self.index.is_trained:
            self.index.train(base[:20000])
        self.index.add(base)

    def search(self, queries, ef, threads):
        self.faiss.omp_set_num_threads(threads)
        self.index.hnsw.efSearch = ef
        return self.index.search(queries, K)[1]


def recall(found, base, queries, truth):
    """The share of answers as near as the tenth of the truth: a copy of it is as right as itself."""
    right = 0
    for answer, query, best in zip(found, queries, truth):
        bound = query @ base[best[K - 1]] - 1e-6
        right += sum(1 for row in set(answer.tolist()) if row >= 0 and query @ base[row] >= bound)
    return right / (K * len(queries))


def throughput(search, count, seconds):
    start, done = time.perf_counter(), 0
    while True:
        search()
        done += count
        passed = time.perf_counter() - start
        if passed >= seconds:
            return done / passed


def main():
    family, _, kind = sys.argv[1].partition("-")
    base, queries = rows(sys.argv[2], "<f4"), rows(sys.argv[3], "<f4")
    truth = rows(sys.argv[4], "<i4")
    before = anonymous_bytes()
    library = {"hnswlib": HNSWLib, "usearch": USearch, "faiss": Faiss}[family]
    index = library(*base.shape, kind)
    start = time.perf_counter()
    index.add(base)
    seconds = time.perf_counter() - start
    print(seconds, (anonymous_bytes() - before) / len(base), flush=True)
    for line in sys.stdin:
        verb, *numbers = line.split()
        ef = int(numbers[0])
        if verb == "recall":
            print(recall(index.search(queries, ef, 1), base, queries, truth), flush=True)
        else:
            threads, seconds = int(numbers[1]), float(numbers[2])
            print(throughput(
                lambda: index.search(queries, ef, threads), len(queries), seconds), flush=True)


if __name__ == "__main__":
    main()
