"""Webhooks by plan and apply: what an operator is shown, what is never shown, and that the service takes what comes."""

import base64
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from app.domain.failure import Temporary
from app.domain.installation import TRIGGERS
from app.domain.provision import Act, Limits
from app.domain.provision_hooks import HookKeys
from app.fakegitlab import FakeGitLab
from app.fakegitlab.hook_settings import EVENTS
from app.fakegitlab.model import Hook
from app.services.provision import Provisioning
from app.services.provision_hooks import ProvisionHooks
from tests.commands.terminal import Terminal
from tests.provision.program_town import HOOK_URL, PATH, SERVICE, Town, pending, told, town
from tests.scenarios.living import READY, SIGNING_TOKEN, enforced, living

OLDER, NEWEST = (f"whsec_{base64.b64encode(bytes([n] * 32)).decode()}" for n in (1, 2))
SECRET = "canary-in-the-coal-mine"
OURS = "Kept by Sounding Board (signing token "


@pytest.fixture
def here() -> Iterator[Town]:
    """On Premium."""
    with town() as found:
        yield found


def hooks(here: Town) -> list[Hook]:
    """The project's."""
    return list(here.project.hooks.values())


def made(here: Town) -> Hook:
    """The hook that an apply has made."""
    assert [one.problem for one in here.apply("hooks")] == [None]
    (hook,) = hooks(here)
    return hook


def test_a_project_gets_its_hook_with_what_we_need_and_nothing_else(here: Town) -> None:
    assert told(here.plan("hooks")) == [
        f"create {HOOK_URL} in {PATH} (program.yml:50): the project has no webhook of ours",
        "  triggers: none → Issues events, Confidential issues events, Comments, Confidential comments, Emoji events, "
        "Project or group access token events",
        "  signing token: not set → set",
    ]
    hook = made(here)
    assert hook.events == {name: name in TRIGGERS for name in EVENTS}
    assert (hook.url, hook.name, hook.enable_ssl_verification) == (HOOK_URL, "Sounding Board", True)
    assert (hook.signing_token, hook.token, hook.custom_webhook_template) == (SIGNING_TOKEN, None, None)
    assert hook.description is not None
    assert hook.description.startswith(OURS)


def test_a_second_apply_reads_once_and_writes_nothing(here: Town) -> None:
    made(here)
    assert here.calls() == ["GET /projects/:id/hooks", "POST /projects/:id/hooks"]
    assert here.apply("hooks") == []
    assert here.calls() == ["GET /projects/:id/hooks"]
    plan = here.plan("hooks")
    assert (plan.changes, plan.as_declared) == ((), {plan.kinds[0]: 1})


def test_without_a_service_nothing_is_asked(here: Town) -> None:
    here.program = replace(here.program, service=None)
    assert here.plan("hooks").changes == ()
    assert here.calls() == []


def test_drift_is_told_field_by_field_and_mended(here: Town) -> None:
    hook = made(here)
    hook.name, hook.enable_ssl_verification, hook.custom_webhook_template = "Robot", False, '{"a": 1}'
    hook.events |= {"push_events": True, "job_events": True, "confidential_note_events": False}
    assert told(here.plan("hooks")) == [
        f"change {HOOK_URL} in {PATH} (program.yml:50): the service needs it otherwise",
        "  name: Robot → Sounding Board",
        "  Confidential comments: off → on",
        "  job_events: on → off",
        "  Push events: on → off",
        "  SSL verification: off → on",
        "  custom webhook template: set → none",
    ]
    here.apply("hooks")
    assert here.plan("hooks").changes == ()
    assert (hook.signing_token, hook.custom_webhook_template) == (SIGNING_TOKEN, "")
    assert hook.events == {name: name in TRIGGERS for name in EVENTS}


def test_a_service_that_moved_keeps_its_hook_and_its_secrets(here: Town) -> None:
    here.keys = HookKeys((NEWEST,), (SECRET,))
    hook = made(here)
    here.program = replace(here.program, service="https://sb.example.com")
    assert told(here.plan("hooks")) == [
        f"change {HOOK_URL} in {PATH} (program.yml:50): the service needs it otherwise",
        f"  url: {HOOK_URL} → https://sb.example.com/webhooks/gitlab",
    ]
    here.apply("hooks")
    assert hooks(here) == [hook]
    assert (hook.url, hook.token, hook.signing_token) == ("https://sb.example.com/webhooks/gitlab", SECRET, NEWEST)
    assert here.plan("hooks").changes == ()


def test_a_rotation_is_noticed_without_either_token_being_shown(here: Town) -> None:
    here.keys = HookKeys((OLDER,), (SECRET,))
    hook = made(here)
    here.keys = HookKeys((NEWEST, OLDER), (SECRET,))
    assert told(here.plan("hooks"))[1:] == [
        "  signing token: an older one → the newest",
        "  secret token: another one → the newest",
    ]
    here.apply("hooks")
    assert (hook.signing_token, hook.token) == (NEWEST, SECRET)
    assert here.plan("hooks").changes == ()
    here.keys = HookKeys((NEWEST,), ("another-secret-of-16", SECRET))
    assert told(here.plan("hooks"))[1:] == ["  secret token: an older one → the newest"]


def test_a_token_that_nothing_is_told_of_is_set_to_the_newest(here: Town) -> None:
    hook = made(here)
    hook.description = "Kept by Sounding Board."
    assert told(here.plan("hooks"))[1:] == ["  signing token: not told → the newest"]
    hook.signing_token = None
    assert told(here.plan("hooks"))[1:] == ["  signing token: not set → set"]


def test_who_has_no_tokens_sees_no_change_of_tokens_and_takes_none_away(here: Town) -> None:
    hook = made(here)
    here.keys = HookKeys()
    plan = here.plan("hooks")
    assert (plan.pending, plan.unmet) == ((), 0)
    assert told(plan) == [
        f"report {HOOK_URL} in {PATH} (program.yml:50): its tokens were not compared, as neither "
        "SOUNDING_BOARD_WEBHOOK_SIGNING_TOKEN nor SOUNDING_BOARD_WEBHOOK_SECRET is set here"
    ]
    hook.name = "Robot"
    here.apply("hooks")
    assert (hook.name, hook.signing_token) == ("Sounding Board", SIGNING_TOKEN)
    here.keys = HookKeys((SIGNING_TOKEN,))
    assert here.plan("hooks").changes == ()


def test_a_secret_of_ones_own_choice_has_no_mark_that_it_could_be_guessed_from(here: Town) -> None:
    here.keys = HookKeys((), (SECRET,))
    assert made(here).description == "Kept by Sounding Board (secret token set)."
    assert here.plan("hooks").changes == ()


def test_of_several_secrets_that_have_no_mark_the_newest_is_always_set(here: Town) -> None:
    """Which one GitLab has nobody can tell, so a rotation ends only when one is left."""
    here.keys = HookKeys((), (SECRET,))
    hook = made(here)
    here.keys = HookKeys((), ("another-secret-of-16", SECRET))
    for _ in range(2):
        assert told(here.plan("hooks"))[1:] == ["  secret token: not told → the newest"]
        assert made(here).token == "another-secret-of-16"
    here.keys = HookKeys((), ("another-secret-of-16",))
    assert here.plan("hooks").changes == ()
    assert hook.token == "another-secret-of-16"


def test_a_mark_of_a_secret_goes_where_the_signing_token_is_not_known_and_the_secret_changes(here: Town) -> None:
    here.keys = HookKeys((NEWEST,), (SECRET,))
    hook = made(here)
    here.keys = HookKeys((), (SECRET,))
    assert here.plan("hooks").changes == ()
    here.keys = HookKeys((), ("another-secret-of-16", SECRET))
    assert made(here).token == "another-secret-of-16"
    assert str(hook.description).endswith(", secret token set).")
    here.keys = HookKeys((NEWEST,), ("another-secret-of-16",))
    assert told(here.plan("hooks"))[1:] == ["  secret token: not told → the newest"]
    made(here)
    assert here.plan("hooks").changes == ()


def test_what_nobody_could_receive_is_refused(here: Town) -> None:
    here.keys = HookKeys()
    (refusal,) = here.plan("hooks").refusals
    assert refusal.message == (
        f"{PATH} is to get a webhook and there is no token for it. Set SOUNDING_BOARD_WEBHOOK_SIGNING_TOKEN to the one "
        "the service has, or leave hooks out with --only."
    )
    here.keys = HookKeys(("whsec_c2hvcnQgYnV0IGxvbmcgZW5vdWdo",))
    (refusal,) = here.plan("hooks").refusals
    assert refusal.message == (
        f"SOUNDING_BOARD_WEBHOOK_SIGNING_TOKEN is none that GitLab takes for {PATH}: it has to be whsec_ and 32 bytes "
        "in base64."
    )


def test_a_move_that_would_lose_the_secret_token_is_refused(here: Town) -> None:
    here.keys = HookKeys((NEWEST,), (SECRET,))
    made(here)
    here.keys = HookKeys((NEWEST,))
    here.program = replace(here.program, service="https://sb.example.com")
    (refusal,) = here.plan("hooks").refusals
    assert refusal.message == (
        f"The webhook of {PATH} gets another address, and GitLab then forgets its secret token. Set "
        "SOUNDING_BOARD_WEBHOOK_SECRET, or leave hooks out with --only."
    )


def test_hooks_of_others_are_left_alone_and_those_that_double_events_are_pointed_out(here: Town) -> None:
    ours = made(here)
    here.world.add_hook(here.world.root, here.project, "https://chat.example.com/x", "whatever")
    here.world.add_hook(here.world.root, here.project, HOOK_URL + "/", "whatever")
    old = here.world.add_hook(here.world.root, here.project, "https://old.example.com/webhooks/gitlab", "whatever")
    old.description = ours.description
    assert told(here.plan("hooks")) == [
        f"report {HOOK_URL}/ in {PATH} (program.yml:50): it sends to the same address and was not made by us: delete "
        "it in GitLab, or each event comes twice",
        f"report https://old.example.com/webhooks/gitlab in {PATH} (program.yml:50): it is kept by us too, and one is "
        "enough: delete it in GitLab, or each event comes twice",
    ]
    assert here.apply("hooks") == []


@pytest.mark.parametrize(
    "keys", [HookKeys((NEWEST,)), HookKeys((), (SECRET,))], ids=["with a signing token", "with a secret token"]
)
def test_a_second_installation_on_the_same_project_takes_nothing_from_the_first(here: Town, keys: HookKeys) -> None:
    first = made(here)
    here.program, here.keys = replace(here.program, service="https://second.example.com"), keys
    assert told(here.plan("hooks"))[-1] == (
        f"report {HOOK_URL} in {PATH} (program.yml:50): Sounding Board keeps it for another address, perhaps for "
        "another installation, so it is left alone; if the service has moved from there, delete it in GitLab"
    )
    assert pending(here.plan("hooks")) == [(Act.CREATE, "https://second.example.com/webhooks/gitlab")]
    here.apply("hooks")
    assert [one.url for one in hooks(here)] == [HOOK_URL, "https://second.example.com/webhooks/gitlab"]
    assert (first.signing_token, pending(here.plan("hooks"))) == (SIGNING_TOKEN, [])


def test_a_hook_made_by_hand_at_our_address_is_kept_from_then_on_and_gets_no_twin(here: Town) -> None:
    here.keys = HookKeys((NEWEST,), (SECRET,))
    hook = here.world.add_hook(here.world.root, here.project, HOOK_URL, "whatever")
    plan = told(here.plan("hooks"))
    assert (
        plan[0]
        == f"change {HOOK_URL} in {PATH} (program.yml:50): it sends to our address, so it is kept by us from now on"
    )
    assert plan[-2:] == ["  signing token: not set → set", "  secret token: not told → the newest"]
    assert made(here) is hook
    assert (hook.signing_token, hook.token, str(hook.description).startswith(OURS)) == (NEWEST, SECRET, True)
    assert here.plan("hooks").changes == ()


def test_a_hook_that_gitlab_has_stopped_is_pointed_out(here: Town) -> None:
    made(here).disabled_for_good = True
    assert told(here.plan("hooks")) == [
        f"report {HOOK_URL} in {PATH} (program.yml:50): GitLab has stopped it (disabled); send it a test event from "
        "GitLab's page of webhooks once the service answers"
    ]


def test_a_planner_reads_who_could(here: Town) -> None:
    plan = here.plan("hooks", who="paul")
    assert plan.unseen == plan.kinds
    (refusal,) = plan.refusals
    assert refusal.message == (
        f"hooks could not be looked at: only a Maintainer of {PATH} may see and set webhooks, and this token's user is "
        "none. Put a Maintainer's token into SOUNDING_BOARD_OPERATOR_TOKEN."
    )


def test_a_gitlab_that_keeps_no_signing_token_is_a_clear_sentence_each_time(here: Town) -> None:
    """As before 19.0: a hook that signs nothing is never called as declared."""
    here.world.signs_webhooks = False
    for _ in range(2):
        assert told(here.plan("hooks"))[-1] == "  signing token: not set → set"
        (done,) = here.apply("hooks")
        assert done.problem == (
            f"GitLab kept no signing token for the webhook of {PATH}: it can since 19.0. Until then set "
            "SOUNDING_BOARD_WEBHOOK_SECRET, for the service too, and take SOUNDING_BOARD_WEBHOOK_SIGNING_TOKEN away."
        )
    here.keys = HookKeys((), (SECRET,))
    assert told(here.plan("hooks"))[1:] == ["  secret token: not set → set"]
    assert made(here).token == SECRET
    assert here.plan("hooks").changes == ()
    here.program = replace(here.program, service="https://sb.example.com")
    assert pending(here.plan("hooks")) == [(Act.CREATE, "https://sb.example.com/webhooks/gitlab")]


def test_what_gitlab_dropped_is_named(here: Town) -> None:
    here.world.faults.drop_fields("emoji_events", "name", path="/hooks")
    (done,) = here.apply("hooks")
    assert done.problem == f"GitLab said yes and kept the webhook of {PATH} without name, emoji_events."


def test_slowed_down_it_says_so_and_the_next_apply_finishes(here: Town) -> None:
    here.world.faults.rate_limit(methods=("POST",), retry_after=9)
    (done,) = here.apply("hooks")
    assert done.problem is not None
    assert done.problem.startswith("GitLab asks us to slow down (POST /projects/sme/customer-feedback/hooks at ")
    made(here)
    assert here.plan("hooks").changes == ()


def test_an_answer_lost_is_told_and_no_second_hook_is_made(here: Town) -> None:
    here.world.faults.lose_answer(methods=("POST",))
    (done,) = here.apply("hooks")
    assert done.problem is not None
    assert here.apply("hooks") == []
    assert len(hooks(here)) == 1


def test_a_list_of_hooks_that_fails_is_never_an_empty_one(here: Town) -> None:
    made(here)
    here.world.faults.server_error(count=9, methods=("GET",))
    with pytest.raises(Temporary):
        here.plan("hooks")


def test_no_token_is_in_a_plan_an_error_or_a_log(here: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    here.keys = HookKeys((NEWEST, OLDER), (SECRET, "older-secret-of-ours"))
    shown = [repr(here.keys)]
    with here.doors() as doors:
        part = ProvisionHooks(doors.hooks, here.program, here.keys, {})
        for fault in (here.world.faults.server_error, here.world.faults.rate_limit):
            fault(methods=("POST",))
            provisioning = Provisioning([part], "v")
            plan = provisioning.plan(Limits())
            draft = part.draft()
            shown += [repr(plan), json.dumps(asdict(plan), default=str), repr(draft), draft.seen]
            shown += [repr(done) for done in provisioning.carry_out()]
    hook = made(here)
    shown += [str(hook.description), repr(here.plan("hooks")), caplog.text]
    assert hook.token == SECRET
    for secret in (NEWEST, OLDER, SECRET, "older-secret-of-ours"):
        for text in shown:
            assert secret not in text
            assert secret.removeprefix("whsec_")[:12] not in text


def test_the_commands_show_no_token(terminal: Terminal, gitlab: FakeGitLab, program: Path) -> None:
    with (program / "program.yml").open("a") as file:
        file.write(f"\nservice: {SERVICE}\n")
    world = gitlab.world
    olga = world.add_user("olga", "Olga")
    world.add_member(world.project(PATH), olga, "maintainer")
    terminal.sets(operator_token=olga.token, webhook_signing_token=f"{NEWEST} {OLDER}", webhook_secret=SECRET)
    only = ("--only", "hooks")
    ran = [terminal("plan", *only, *shape) for shape in ((), ("--json",), ("--markdown",))]
    for status in (503, 403, 422):
        world.faults.server_error(status=status, methods=("POST",))
        ran.append(terminal("apply", *only, "--yes"))
    ran.append(terminal("apply", *only, "--yes"))
    ran.append(terminal("plan", *only))
    assert [one.code for one in ran] == [0, 0, 0, 1, 1, 1, 0, 0]
    (hook,) = world.project(PATH).hooks.values()
    assert (hook.signing_token, hook.token) == (NEWEST, SECRET)
    for one in ran:
        for secret in (NEWEST, OLDER, SECRET, olga.token):
            assert secret not in one.out + one.err


@pytest.mark.parametrize("secret", ["", SECRET], ids=["signed", "signed and shown"])
def test_what_comes_through_a_hook_made_by_apply_is_taken_in_and_judged(tmp_path: Path, secret: str) -> None:
    """The service turns away what is not signed as it expects: a card dragged by the wrong person is put back."""
    with living(tmp_path, enforced(), webhook_secret=secret or None) as house:
        by_hand = next(iter(house.stage.project.hooks.values()))
        service = by_hand.url.removesuffix("/webhooks/gitlab")
        with house.world.lock:
            house.stage.project.hooks.clear()
            house.world.hooks.clear()
        here = Town(house.world, house.gitlab)
        here.keys = HookKeys((SIGNING_TOKEN,), (secret,) if secret else ())
        here.program = replace(here.program, service=service)
        olga = house.world.add_user("olga", "Olga")
        house.world.add_member(house.stage.project, olga, "maintainer")
        assert pending(here.plan("hooks")) == [(Act.CREATE, by_hand.url)]
        assert made(here).token == (secret or None)
        issue = house.stage.files("sa.jane", "SAML", READY)
        house.stage.quiet()
        house.stage.drags("sa.omar", issue, "status::accepted")
        house.stage.quiet()
        assert house.statuses(issue) == {"status::new"}
        assert house.heard(issue)[0].startswith("@sa.omar, I put this card back in **New**")
        house.stage.quiet()
