"""The paper's tables: published rows as data, and how they are laid out beside measured ones."""
