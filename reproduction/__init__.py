"""The paper, table by table: its tables, figures and baselines trained and measured again."""
