"""`python -m sentemo`, which is how `torchrun -m sentemo train ...` starts it."""

from sentemo.cli import main

if __name__ == "__main__":
    main()
