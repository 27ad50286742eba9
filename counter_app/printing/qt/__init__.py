"""The only part of printing that knows Qt: the preview widget and printing through QPrinter (Windows)."""
