"""Administrative units through time: register, resolutions that merge, split or rename, import, offices, attributes,
and the learning centres and agencies at a unit.
"""
