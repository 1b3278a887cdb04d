"""The page on which one sees where context helped and where it hurt."""
