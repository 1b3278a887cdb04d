"""Metrics, protocols, reports, plots and projections: the one place that computes every printed figure."""
