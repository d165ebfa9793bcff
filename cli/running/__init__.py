"""What ops run and look at: the stack, the webhook, doctor, proof, rescue."""
