"""One module a form: from a document to a story of flowables."""
