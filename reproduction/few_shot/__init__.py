"""The few-shot benchmark: N-way K-shot episodes, `adapt` beside other learners."""
