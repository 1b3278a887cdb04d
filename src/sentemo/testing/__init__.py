"""Checks that whatever labels conversations must pass, ours or another's, as scikit-learn has them for estimators.

In a test suite, one test for each check:

    @pytest.mark.parametrize("check", labeler_checks())
    def test_my_labeler(check: LabelerCheck) -> None:
        check(my_labeler)
"""

from __future__ import annotations

from sentemo.testing.checks import CheckFailed, LabelerCheck, check_labeler, labeler_checks

__all__ = ["CheckFailed", "LabelerCheck", "check_labeler", "labeler_checks"]
