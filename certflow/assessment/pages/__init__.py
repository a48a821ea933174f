"""Pages on which a unit answers the criteria and an appraiser writes findings, with their files."""
