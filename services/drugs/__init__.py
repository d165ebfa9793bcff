"""The drug room: vials, entries of the controlled-drug ledger, the drug log and its discrepancies."""
