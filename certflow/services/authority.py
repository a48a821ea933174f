"""Authority rules: who decides where the law names nobody, as an administrator has entered it with its document."""

import datetime as dt

from certflow.models.dossier import Dossier


def role_in_force(dossier: Dossier, day: dt.date) -> str:
    """The role that decides on `dossier` by the rule in force on `day`; "" while there is no rule."""
    return ""


def basis(dossier: Dossier, day: dt.date) -> str:
    """The document of the rule in force on `day`, as a paper cites it; "" without one."""
    return ""
