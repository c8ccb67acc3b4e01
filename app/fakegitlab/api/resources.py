"""The first words of GitLab's REST paths: anything else is a plain 404 (doc/api/api_resources.md, documented)."""

_WORDS = """
admin appearance application applications audit_events avatar broadcast_messages bulk_imports code_suggestions
chat container_registry_event dependency_proxy deploy_keys deploy_tokens duo_chat events experiments
feature_flags features geo geo_nodes geo_sites group_repository_storage_moves groups hooks import integrations
internal invitations issues issues_statistics job jobs keys ldap license licenses lint markdown member_roles
merge_requests metadata namespaces organizations packages pages personal_access_tokens project_aliases
project_repository_storage_moves projects registry runners search security service_accounts service_ping
sidekiq slack snippet_repository_storage_moves snippets suggestions system_access_tokens templates todos token
topics usage_data user user_agent_details user_counts users version virtual_registries vulnerabilities
vulnerability_exports vulnerability_findings web_commits
"""
RESOURCES = frozenset(_WORDS.split())
