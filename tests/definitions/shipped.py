"""The shipped criteria set and scheme, read once for tests of pure rules."""

from certflow.catalogue import catalogue
from certflow.dossiers.effects import EFFECTS
from certflow.law.specs.form import FormSpec
from certflow.law.specs.workflow import WorkflowSpec

DEFINITIONS = catalogue.read(EFFECTS)
FORM: FormSpec = DEFINITIONS.form("learning_community_commune", 1)
SCHEME: WorkflowSpec = DEFINITIONS.workflow("dong_nai_commune_recognition", 1)
