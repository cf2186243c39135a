"""Commits numbered rows one by one, through every outage; says a number only after its COMMIT has returned.

Usage: python - SECONDS OPTIONS, as the collector's account. The ledger is whoever reads its output, on another machine.
"""

import sys
import time

import psycopg2

seconds, options = float(sys.argv[1]), sys.argv[2]
begun = time.monotonic()
connection = None
number = 0
while time.monotonic() < begun + seconds:
    number += 1
    try:
        if connection is None:
            connection = psycopg2.connect(
                "dbname=darkpool application_name=numbered", options=options, connect_timeout=2
            )
        with connection, connection.cursor() as cursor:
            cursor.execute("insert into drill.numbered values (%s)", (number,))
    except psycopg2.Error:
        connection = None
        time.sleep(0.05)
        continue
    print(number, f"{time.monotonic() - begun:.2f}", flush=True)
