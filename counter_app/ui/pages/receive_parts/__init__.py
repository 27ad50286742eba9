"""Parts of the page "Tiếp nhận": what is typed and what it means (Qt-free), and the cards it is typed into."""
