"""Recipes, batches, objectives, the loop, crash-safe checkpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sentemo.errors import lazy

if TYPE_CHECKING:
    from sentemo.training.crossval import cross_validate
    from sentemo.training.fitting import Split, Watchers, fit, fit_mixture
    from sentemo.training.mixture import MappedCorpus
    from sentemo.training.recipe import Recipe

__all__ = ["MappedCorpus", "Recipe", "Split", "Watchers", "cross_validate", "fit", "fit_mixture"]
__getattr__, __dir__ = lazy(
    __name__,
    {
        "MappedCorpus": "mixture",
        "Recipe": "recipe",
        "Split": "fitting",
        "Watchers": "fitting",
        "cross_validate": "crossval",
        "fit": "fitting",
        "fit_mixture": "fitting",
    },
)
