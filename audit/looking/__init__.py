"""What an auditor looks for in the log, the store and the server; nothing here decides who may look."""
