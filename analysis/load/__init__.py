"""The only room that knows where collected data is: in PostgreSQL, and old months in Parquet files."""
