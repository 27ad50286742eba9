"""Paper rolls of 80 and 58 mm: pages made of whole printer dots, and the bytes a receipt printer takes. Qt-free."""
