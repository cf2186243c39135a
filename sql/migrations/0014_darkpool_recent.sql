-- Prints of symbols that nobody asked for arrive too, as a sample.

comment on table trading.darkpool_trades is 'Off-exchange (TRF) prints, one row a print. A later cancel updates the row. Rows under $100,000 of premium are usually not served. Of symbols without coverage of the feed darkpool_trades in ops.coverage it holds a sample only, from the newest prints of the whole market: never sum those.';
