"""The page as a static site, in which the model runs in the browser: `sentemo page`."""
