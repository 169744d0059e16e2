"""One module for each measure. Each has `run(bench)`, which gives the rows of the table and the raw results."""
