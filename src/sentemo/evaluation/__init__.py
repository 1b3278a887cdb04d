"""Metrics, protocols, reports, plots and projections: the one place that computes every printed figure."""

from __future__ import annotations

from sentemo.evaluation.comparison import Comparison, compare
from sentemo.evaluation.evaluate import evaluate
from sentemo.evaluation.report import Report

__all__ = ["Comparison", "Report", "compare", "evaluate"]
