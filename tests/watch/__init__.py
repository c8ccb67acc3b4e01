"""Watching the watcher."""
