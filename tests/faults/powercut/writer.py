"""Says what numbers are there, then commits more, one by one, and says each only after its COMMIT has returned.

Usage: python writer.py SYNCHRONOUS_COMMIT. The ledger is whoever reads the serial line, outside this machine.
"""

import itertools
import sys

import psycopg2

connection = psycopg2.connect("dbname=numbers", options=f"-c synchronous_commit={sys.argv[1]}")
connection.autocommit = True
cursor = connection.cursor()
cursor.execute("select n from numbered order by n")
kept = [n for (n,) in cursor.fetchall()]
for _, run in itertools.groupby(enumerate(kept), key=lambda one: one[1] - one[0]):
    numbers = [n for _, n in run]
    print("kept", numbers[0], numbers[-1], flush=True)
print("asks", flush=True)
# Each byte of each table is read, as checksums find what a half-written page left.
cursor.execute("select count(*) from numbered where length(filler) = 200")
print("whole", cursor.fetchone()[0] == len(kept), flush=True)
for number in itertools.count(max(kept, default=0) + 1):
    cursor.execute("insert into numbered values (%s, repeat(%s, 200))", (number, str(number % 10)))
    print("committed", number, flush=True)
