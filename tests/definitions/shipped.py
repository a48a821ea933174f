"""The shipped criteria set and scheme, read once for tests of pure rules."""

from certflow.definitions.form_specs import FormSpec
from certflow.definitions.specs import WorkflowSpec
from certflow.services import catalogue
from certflow.services.effects import EFFECTS

DEFINITIONS = catalogue.read(EFFECTS)
FORM: FormSpec = DEFINITIONS.form("learning_community_commune", 1)
SCHEME: WorkflowSpec = DEFINITIONS.workflow("dong_nai_commune_recognition", 1)
