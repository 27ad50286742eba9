"""Labels: sizes of sticker paper as data, and several labels on one sheet."""
