"""`python -m reproduction`: the paper's tables and figures, and what was measured beside them."""

from reproduction.cli import main

if __name__ == "__main__":
    main()
