"""From a light on a code to a typed scan: sources, gate, classification, routing. Free of Qt except ``scanner.qt``."""
