import pytest

pytest.register_assert_rewrite("tests.inbox.contract")
