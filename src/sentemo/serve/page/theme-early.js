// Runs before the first paint, so that a chosen theme doesn't flash the other one.
(function () {
  try {
    const theme = localStorage.getItem("sentemo-theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // storage may be forbidden: the system's theme then
  }
})();
