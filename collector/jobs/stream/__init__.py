"""The live stream: one or more connections fill an inbox, one writer empties it in small batches."""
