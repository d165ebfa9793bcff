"""The clinic's files of protocols and instruments, read strictly: every mistake is one sentence with its line."""
