"""Takes what a text message service posts: patients' answers, and receipts."""
