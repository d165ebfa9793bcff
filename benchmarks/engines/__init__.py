"""What is compared: each opens a server and workers, and takes one course after the other through its work."""
