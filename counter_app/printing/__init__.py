"""Paper: what is on it (``documents``), how it is laid out (``forms``, ``pdf``) and how it reaches a printer (``printers``).

Nothing here knows the store, the services or the screen; only ``printing.qt`` knows Qt. Slow libraries are imported
inside functions: reportlab alone costs more than a second on an old PC, and the window must not wait for it.
"""
