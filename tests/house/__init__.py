"""The house itself under test: its floors, its names, its sizes, its pages."""
