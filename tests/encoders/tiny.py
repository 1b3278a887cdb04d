"""A random RoBERTa, small enough to be made in a test."""

from __future__ import annotations

from pathlib import Path

TEXTS = ("the quick brown fox jumps over the lazy dog", "Hello, how are you today?", "I am so glad! It is over.")


def save_tiny_roberta(folder: Path, *, seed: int = 0) -> Path:
    """Save a RoBERTa of 2 layers and width 16 with its own byte-pair tokenizer as a sentence-transformers folder."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from tokenizers.implementations import ByteLevelBPETokenizer
    from tokenizers.processors import RobertaProcessing
    from transformers import PreTrainedTokenizerFast, RobertaConfig, RobertaModel

    tokenizer = ByteLevelBPETokenizer()
    tokenizer.train_from_iterator(TEXTS, vocab_size=300, special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    tokenizer._tokenizer.post_processor = RobertaProcessing(("</s>", 2), ("<s>", 0))
    bare = folder / "bare"
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer._tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        mask_token="<mask>",
        model_max_length=30,
    ).save_pretrained(bare)
    torch.manual_seed(seed)
    config = RobertaConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=40,
        bos_token_id=0,
        pad_token_id=1,
        eos_token_id=2,
    )
    RobertaModel(config).save_pretrained(bare)
    saved = folder / "model"
    SentenceTransformer(modules=[Transformer(str(bare), max_seq_length=30), Pooling(16)], device="cpu").save(
        str(saved), create_model_card=False
    )
    return saved
