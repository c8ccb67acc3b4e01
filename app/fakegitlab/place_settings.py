"""What a project or group remembers of the many settings clients write: written is read, most have no effect here.

Names and defaults are GitLab's (doc/api/projects.md; doc/api/groups.md, documented); their effects are left out except
for issues, archiving, paths and visibility.
"""

from collections.abc import Mapping

from app.fakegitlab.refusal import bad_parameter

FEATURES = (
    "issues",
    "repository",
    "merge_requests",
    "forking",
    "wiki",
    "builds",
    "snippets",
    "pages",
    "analytics",
    "container_registry",
    "releases",
    "environments",
    "feature_flags",
    "infrastructure",
    "monitor",
    "model_experiments",
    "model_registry",
    "security_and_compliance",
    "requirements",
)
LEGACY = {"wiki": "wiki_enabled", "builds": "jobs_enabled", "snippets": "snippets_enabled"} | {
    "issues": "issues_enabled",
    "merge_requests": "merge_requests_enabled",
    "container_registry": "container_registry_enabled",
}
ACCESS_LEVELS = ("disabled", "private", "enabled")
PROJECT: dict[str, object] = {
    "topics": [],
    "emails_disabled": False,
    "emails_enabled": True,
    "shared_runners_enabled": True,
    "group_runners_enabled": True,
    "lfs_enabled": True,
    "packages_enabled": True,
    "service_desk_enabled": False,
    "can_create_merge_request_in": True,
    "resolve_outdated_diff_discussions": False,
    "only_allow_merge_if_pipeline_succeeds": False,
    "allow_merge_on_skipped_pipeline": None,
    "only_allow_merge_if_all_discussions_are_resolved": False,
    "only_allow_merge_if_all_status_checks_passed": False,
    "request_access_enabled": True,
    "remove_source_branch_after_merge": True,
    "printing_merge_request_link_enabled": True,
    "merge_method": "merge",
    "squash_option": "default_off",
    "suggestion_commit_message": None,
    "merge_commit_template": None,
    "squash_commit_template": None,
    "issue_branch_template": None,
    "auto_devops_enabled": False,
    "auto_devops_deploy_strategy": "continuous",
    "autoclose_referenced_issues": True,
    "ci_default_git_depth": 20,
    "ci_config_path": None,
    "ci_forward_deployment_enabled": True,
    "ci_forward_deployment_rollback_allowed": True,
    "ci_job_token_scope_enabled": False,
    "ci_separated_caches": True,
    "ci_allow_fork_pipelines_to_run_in_parent_project": True,
    "build_timeout": 3600,
    "build_git_strategy": "fetch",
    "auto_cancel_pending_pipelines": "enabled",
    "keep_latest_artifact": True,
    "public_jobs": True,
    "restrict_user_defined_variables": False,
    "ci_pipeline_variables_minimum_override_role": "developer",
    "warn_about_potentially_unwanted_characters": True,
    "enforce_auth_checks_on_uploads": True,
    "mr_default_target_self": False,
    "merge_pipelines_enabled": False,
    "merge_trains_enabled": False,
    "approvals_before_merge": 0,
    "mirror": False,
    "external_authorization_classification_label": "",
    "issues_template": "",
    "merge_requests_template": "",
    "prevent_merge_without_jira_issue": False,
    "auto_duo_code_review_enabled": False,
    "runner_token_expiration_interval": None,
    "repository_storage": "default",
    "import_url": None,
} | {f"{feature}_access_level": "enabled" for feature in FEATURES}
PROJECT["security_and_compliance_access_level"] = "private"
GROUP: dict[str, object] = {
    "description": "",
    "share_with_group_lock": False,
    "require_two_factor_authentication": False,
    "two_factor_grace_period": 48,
    "project_creation_level": "developer",
    "auto_devops_enabled": None,
    "subgroup_creation_level": "maintainer",
    "emails_disabled": False,
    "emails_enabled": True,
    "mentions_disabled": None,
    "lfs_enabled": True,
    "default_branch": None,
    "default_branch_protection": 2,
    "request_access_enabled": True,
    "shared_runners_setting": "enabled",
    "max_artifacts_size": None,
    "membership_lock": False,
    "prevent_forking_outside_group": None,
    "wiki_access_level": "enabled",
    "math_rendering_limits_enabled": True,
    "lock_math_rendering_limits_enabled": False,
    "prevent_sharing_groups_outside_hierarchy": False,
    "file_template_project_id": None,
}


def shown(defaults: Mapping[str, object], written: Mapping[str, object]) -> dict[str, object]:
    """Every setting, as last written or as it is to begin with."""
    return {name: written.get(name, default) for name, default in defaults.items()}


def legacy(levels: Mapping[str, object]) -> dict[str, object]:
    """The older `…_enabled` flags, which say less."""
    return {old: levels[f"{feature}_access_level"] != "disabled" for feature, old in LEGACY.items()}


def read(defaults: Mapping[str, object], given: Mapping[str, object]) -> dict[str, object]:
    """What was given of these settings, each in its own type; 400 for what cannot be read."""
    found = {name: _typed(name, defaults[name], value) for name, value in given.items() if name in defaults}
    if "tag_list" in given and "topics" not in given:
        found["topics"] = _words(given["tag_list"])
    for feature, old in LEGACY.items():
        if old in given and f"{feature}_access_level" not in given:
            found[f"{feature}_access_level"] = "enabled" if _flag(old, given[old]) else "disabled"
    for name, opposite in (("emails_disabled", "emails_enabled"), ("emails_enabled", "emails_disabled")):
        if name in found and opposite not in given:
            found[opposite] = not found[name]
    return found


def _typed(name: str, like: object, value: object) -> object:
    if value is None:
        return None
    if name.endswith("_access_level") and value not in (*ACCESS_LEVELS, "public"):
        raise bad_parameter(f"{name} does not have a valid value")
    match like:
        case bool():
            return _flag(name, value)
        case int():
            return _number(name, value)
        case list():
            return _words(value)
        case _:
            return value


def _words(value: object) -> list[str]:
    parts = value if isinstance(value, list) else str(value or "").split(",")
    return [str(one).strip() for one in parts if str(one).strip()]


def _flag(name: str, value: object) -> bool:
    word = str(value).lower()
    if word not in ("true", "false", "1", "0", "t", "f", "yes", "no", "on", "off"):
        raise bad_parameter(f"{name} is invalid")
    return word in ("true", "1", "t", "yes", "on")


def _number(name: str, value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise bad_parameter(f"{name} is invalid") from None
