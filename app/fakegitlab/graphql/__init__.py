"""GraphQL, as far as common clients ask first: who am I, a project, its issues with labels and notes.

Queries only. Not covered: mutations, subscriptions, introspection beside `__typename`, interfaces and unions,
block strings' indentation rules, defaults of input objects.
"""
