"""The drug room: vials, entries of the controlled-drug ledger, the drug log and its discrepancies.

Who may, on which clock and before which witness is decided here; the ledger's own rules stand in
`adapters/store/drugs`.
"""
