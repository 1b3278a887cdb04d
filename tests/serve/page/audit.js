// What a checker of accessibility would say of the page as it is now: controls without a name, words too faint.
({
  unnamed() {
    const controls = "button, input, select, textarea, [role=slider], [role=img], dialog[open]";
    const byOther = (each) => document.getElementById(each.getAttribute("aria-labelledby"));
    return [...document.querySelectorAll(controls)]
      .filter((each) => each.checkVisibility())
      .filter((each) => !(each.ariaLabel || each.labels?.length || each.textContent.trim() || byOther(each)))
      .map((each) => each.outerHTML.slice(0, 120));
  },

  faint() {
    const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const css = (rgb) => `rgb(${rgb.join(" ")})`;
    const mixed = (colour, under) => {
      for (const each of [css(under), colour]) {
        pen.fillStyle = each;
        pen.fillRect(0, 0, 1, 1);
      }
      return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    const light = (rgb) => rgb.reduce((sum, each, at) => sum + linear(each / 255) * [0.2126, 0.7152, 0.0722][at], 0);
    const behind = (element) => {
      const chain = [];
      for (let each = element; each; each = each.parentElement) chain.unshift(getComputedStyle(each).backgroundColor);
      return chain.reduce((under, colour) => mixed(colour, under), [255, 255, 255]);
    };
    const isShown = (element) =>
      [...element.childNodes].some((each) => each.nodeType === Node.TEXT_NODE && each.textContent.trim()) &&
      element.checkVisibility() && getComputedStyle(element).opacity !== "0" &&
      !element.closest(".hidden, option, :disabled, title");
    const contrast = (element) => {
      const style = getComputedStyle(element);
      const back = behind(element);
      const words = mixed(element instanceof SVGElement ? style.fill : style.color, back);
      const [high, low] = [light(words), light(back)].sort((a, b) => b - a);
      return (high + 0.05) / (low + 0.05);
    };
    return [...document.querySelectorAll("body *")]
      .filter((element) => isShown(element) && contrast(element) < 4.5)
      .map((element) => `${contrast(element).toFixed(2)} ${element.tagName} ${element.textContent.slice(0, 30)}`);
  },

  tooWide() {
    return document.documentElement.scrollWidth - document.documentElement.clientWidth;
  },
});
