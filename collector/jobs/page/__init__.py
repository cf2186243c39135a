"""The status page: one file for a browser, without a script, without anything from elsewhere."""
