"""Why an utterance got its label: near examples, prototypes, and what each other turn did."""
