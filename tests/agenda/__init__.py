"""Agendas: the documents the program writes and people type in."""
