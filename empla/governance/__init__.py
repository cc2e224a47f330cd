"""The gate that every action passes, and what it knows: manners, limits, permits, the ledger of acts."""
