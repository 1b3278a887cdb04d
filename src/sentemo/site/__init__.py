"""The page as a static site that runs the model in the browser: `sentemo page`."""
