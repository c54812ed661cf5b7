"""The command line: replay, explain, report, models, doctor."""
