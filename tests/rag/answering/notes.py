"""Notes that several tests of answering ask questions of."""

HASHING = """# Hash tables

## Why resize a hash table?

A hash table is resized so that its chains stay short and a look-up takes constant time.

- Cause: with a fixed number of buckets the chains grow with the number of keys.
- Effect: a look-up then walks through a long chain.
- Remedy: twice as many buckets halve the chains.

## How do resizing and rehashing of hash tables differ?

Resizing a hash table changes the number of buckets, rehashing moves the keys of the hash table \
into them.

## What is a hash table?

A hash table stores keys in buckets, which a hash function picks.
"""
LEDGER = """# Ledgers

## What is a ledger and what is its rule?

A ledger is a book of accounts in which every entry is written twice.

The sum of the entries is always zero. Whoever checks it adds them up.

## Closing a ledger

A ledger is closed at the end of a ledger period; the ledger is then bound, and a new \
ledger is begun.

## Ink in a ledger

Ledger ink has to be ledger black: a ledger in a fading ink is no ledger.

## How does a ledger find errors?

A ledger finds an error when the entries do not sum to zero. The clerk then goes back page by page.

The last page that still sums to zero is marked. The error stands on the next one, and it is \
struck out in red.

See [the clerk's manual](clerk.md).
"""
SORTS = """# Sorting

## Merge sort

Merge sort splits the array into halves, sorts each of them and merges the results. It needs \
additional memory for merging.

```python
def merge_sort(items):
    return items if len(items) < 2 else merge(merge_sort(left(items)), merge_sort(right(items)))
```

## Quicksort

Quicksort partitions the array around a pivot and sorts both parts in place. It is usually faster \
in memory.
"""
