"""The one policy: who may ask what of which address (`table`), in which words (`rules`), and who holds to it (`guard`).

Every route and method has a line in `table.TABLE`. The line guards the route: `guard` looks at it before the view runs.
The same line makes the test: tests/contracts/test_policy_matrix.py sends every route as everybody in every state, and
expects what the line says. A route without a line is closed to everybody, and the application does not start in tests.

To add a page, add one line to the table. Look there for a rule with a name (`SEES`, `ADMINISTRATOR`, `TYPES_CLAIMS`)
that says what you mean; otherwise make one of the words in `rules`. Services keep their own checks behind it: they lock
the row first, so that what they see stays true, and they are called by more than pages.
"""
