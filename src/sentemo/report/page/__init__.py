"""The report as one page of HTML: no script, no other file, no other host."""
