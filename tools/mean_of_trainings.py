"""Make the default model: the mean of the weights of several trainings (Wortsman et al. 2022, Model soups).

    python tools/mean_of_trainings.py runs/first/model=0.25 runs/second/model=0.35 runs/third/model=0.4 \\
        --data everyday=DIR --data customers=DIR --data goemotions-everyday=DIR --data emorynlp-everyday=DIR \\
        --data goemotions=DIR --data shades=DIR --out runs/mean
    sentemo export runs/mean --out src/sentemo/shipped

Trainings of one seed begin with the same weights, so that their mean labels as well as either. What was fitted to a
training's own space (prototypes, stored examples, the labels of GoEmotions and shades) is fitted again.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from sentemo.corpora import get_corpus
from sentemo.corpora.label_map import LabelMap
from sentemo.encoders.reader import DialogueReader
from sentemo.inference.modules import Modules
from sentemo.model import SentEmoContext
from sentemo.network.reader import ReadingNetwork
from sentemo.training.heads import fit_heads, fit_label_head, own_features, stated_decision
from sentemo.training.mixture import MappedCorpus, mix
from sentemo.training.recipe import Recipe

STORED_DIALOGUES = 2500


def averaged(models: list[SentEmoContext], shares: list[float]) -> Modules:
    """Return the mean of the models' weights, in the first one's modules."""
    runners = [model.runner for model in models if isinstance(model.runner, Modules)]
    for prefix, module in runners[0].trained.items():
        states = [runner.trained[prefix].state_dict() for runner in runners]
        for name, value in states[0].items():
            if value.is_floating_point():
                parts = zip(shares, states, strict=True)
                states[0][name] = torch.stack([share * state[name] for share, state in parts]).sum(0)
        module.load_state_dict(states[0])
    return runners[0]


def refitted(model: SentEmoContext, runner: Modules, recipe: Recipe, folders: dict[str, Path]) -> SentEmoContext:
    """Fit what numpy computes from features to a new space."""
    encoder, known = runner.encoder, LabelMap.load(recipe.mixture.label_map)
    if not isinstance(encoder, DialogueReader):
        raise SystemExit("The trainings must have tuned their encoder.")
    network = ReadingNetwork(encoder.module, runner.network).eval()

    several = [name for name in folders if name in recipe.mixture.multi_label]

    def mapped(name: str, split: str) -> MappedCorpus:
        corpus = get_corpus(name)
        talks, table = corpus.read(folders[name], split), known.of(name, corpus.labels)
        return MappedCorpus(name, talks, table, corpus.several == "votes", corpus.labels if name in several else None)

    def own(name: str, split: str) -> tuple[Tensor, Tensor]:
        return own_features(network, mix([mapped(name, split)], model.labels, encoder, recipe.mixture), name)

    texts = [mapped(name, "train") for name in folders if name not in several]
    data = mix(texts, model.labels, encoder, recipe.mixture)
    prototypes, neighbours = fit_heads(network, data.hard(STORED_DIALOGUES, 0), 0)
    heads = {
        name: fit_label_head(get_corpus(name).labels, *own(name, "train"), own(name, "validation")) for name in several
    }
    decision = stated_decision(recipe, len(model.labels))
    return replace(model, prototypes=prototypes, neighbours=neighbours, heads=heads, decision=decision)


def main() -> None:
    """Average, fit again, save."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", metavar="DIR=SHARE")
    parser.add_argument("--data", action="append", required=True, metavar="NAME=DIR", help="one for each corpus")
    parser.add_argument("--recipe", default="everyday")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    shares = [float(each.rpartition("=")[2]) for each in given.models]
    models = [SentEmoContext.from_pretrained(each.rpartition("=")[0], engine="torch") for each in given.models]
    folders = {name: Path(folder) for name, _, folder in (each.partition("=") for each in given.data)}
    recipe = Recipe.load(given.recipe)
    runner = averaged(models, shares)
    facts = {**models[-1].facts, "mean of trainings": shares}
    facts["label shares"] = dict(zip(models[0].labels.names, recipe.decision.shares, strict=True))
    last = replace(models[-1], runner=runner, facts=facts)
    refitted(last, runner, recipe, folders).save_pretrained(given.out, precision="int8")


if __name__ == "__main__":
    main()
