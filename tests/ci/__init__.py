"""The pipelines of a program: components, the merge-request note, the jobs run."""
