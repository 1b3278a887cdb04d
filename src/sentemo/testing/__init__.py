"""Checks that every labeler must pass, ours or third-party, like scikit-learn's estimator checks.

In a test suite, one test for each check:

    @pytest.mark.parametrize("check", labeler_checks())
    def test_my_labeler(check: LabelerCheck) -> None:
        check(my_labeler)
"""

from __future__ import annotations

from sentemo.testing.checks import CheckFailed, LabelerCheck, check_labeler, labeler_checks

__all__ = ["CheckFailed", "LabelerCheck", "check_labeler", "labeler_checks"]
