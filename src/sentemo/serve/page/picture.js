/** The conversation with its timeline as a picture to share. */
import { el } from "./dom.js";
import { cast, company } from "./speakers.js";
import { outline, toneClass } from "./tones.js";
import { correction, judged, labels, sensitivity, shownLabel, talk } from "./store.js";
import { means, ridge } from "./timeline.js";
import { hedge, percent, signed } from "./words.js";

const [WIDTH, MARGIN, SCALE, MOST_HEIGHT] = [760, 44, 2, 7000];
const [ROW, PEAK, NAMES] = [24, 32, 108];
const [LINE, PAD, BUBBLE] = [23, 14, 470];

/** @returns {Promise<Blob>} a PNG in the page's current colours */
export function picture() {
  const canvas = el("canvas");
  const pen = canvas.getContext("2d");
  const looks = readLooks();
  const bubbles = layBubbles(pen, looks);
  const top = MARGIN + 52 + labels().length * ROW + 34;
  const fitting = bubbles.filter(({ bottom }) => top + bottom < MOST_HEIGHT);
  const left = bubbles.length - fitting.length;
  const height = top + (fitting[fitting.length - 1]?.bottom ?? 0) + (left ? 34 : 0) + 60;
  canvas.width = WIDTH * SCALE;
  canvas.height = height * SCALE;
  pen.scale(SCALE, SCALE);
  pen.fillStyle = looks.paper;
  pen.fillRect(0, 0, WIDTH, height);
  drawHead(pen, looks);
  drawRidges(pen, looks, MARGIN + 52);
  for (const each of fitting) drawBubble(pen, looks, each, top);
  write(pen, looks, left ? `\u2026 and ${left} more` : "", MARGIN, height - 62, looks.muted);
  const how = sensitivity() ? ` at sensitivity ${signed(sensitivity())}` : "";
  write(pen, looks, `labelled by sentemo${how}, which reads what is written, not what a person feels`, MARGIN, height - 26, looks.muted);
  return new Promise((then, fail) => canvas.toBlob((/** @type {Blob | null} */ blob) => (blob ? then(blob) : fail(new Error("no picture"))), "image/png"));
}

/** The page's colours, as the browser resolves them. */
function readLooks() {
  const probe = el("span", { class: "hidden" });
  document.body.append(probe);
  const colour = (/** @type {string} */ value, /** @type {string} */ tone = "") => {
    probe.className = `hidden ${tone}`;
    probe.style.color = value;
    return getComputedStyle(probe).color;
  };
  const root = (/** @type {string} */ name) => colour(`var(--${name})`);
  const tone = (/** @type {string | undefined} */ label) => {
    const kind = toneClass(label);
    return { mark: colour("var(--mark)", kind), ink: colour("var(--ink)", kind), tint: colour("var(--tint)", kind) };
  };
  const names = [...new Set([...labels(), ...talk().turns.flatMap((_, turn) => shownLabel(turn) ?? [])])];
  const style = getComputedStyle(document.documentElement);
  const looks = {
    paper: root("paper"), card: root("card"), line: root("line"), text: root("text"), muted: root("muted"),
    tones: new Map(names.map((name) => [name, tone(name)])), plain: tone(undefined),
    sans: style.getPropertyValue("--sans"), serif: style.getPropertyValue("--serif"),
  };
  probe.remove();
  return looks;
}

/**
 * @param {any} pen
 * @param {any} looks
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {string} colour
 * @param {string} [font]
 */
function write(pen, looks, text, x, y, colour, font = `13px ${looks.sans}`) {
  pen.font = font;
  pen.fillStyle = colour;
  pen.fillText(text, x, y);
}

/**
 * @param {any} pen
 * @param {any} looks
 */
function drawHead(pen, looks) {
  const title = company(talk().turns) || "A conversation";
  write(pen, looks, fit(pen, title, WIDTH - 2 * MARGIN - 120, `30px ${looks.serif}`), MARGIN, MARGIN + 18, looks.text, `30px ${looks.serif}`);
  pen.textAlign = "right";
  write(pen, looks, "sentemo", WIDTH - MARGIN, MARGIN + 18, looks.muted, `20px ${looks.serif}`);
  pen.textAlign = "left";
}

/**
 * @param {any} pen
 * @param {any} looks
 * @param {number} top
 */
function drawRidges(pen, looks, top) {
  const { turns } = talk();
  const room = WIDTH - 2 * MARGIN - NAMES;
  const bin = Math.ceil((2 * turns.length) / room); // means, if there isn't room for every turn
  labels().forEach((name, row) => {
    const tone = looks.tones.get(name);
    pen.save();
    pen.translate(MARGIN, top + (row + 1) * ROW);
    drawShape(pen, name, tone.mark, 0, -11, 0.7);
    write(pen, looks, fit(pen, name, NAMES - 30, `13px ${looks.sans}`), 18, -2, tone.ink);
    pen.translate(NAMES, 0);
    pen.fillStyle = looks.line;
    pen.fillRect(0, -0.5, room, 1);
    const shares = means(turns.map((_, turn) => judged(turn)?.probabilities[name] ?? 0), bin);
    const path = new Path2D(ridge(shares, room / shares.length, PEAK));
    pen.globalAlpha = toneClass(name) === "tone-neutral" ? 0.38 : 0.85;
    pen.fillStyle = tone.mark;
    pen.fill(path);
    pen.restore();
  });
}

/**
 * @param {any} pen
 * @param {string} label
 * @param {string} colour
 * @param {number} x
 * @param {number} y
 * @param {number} scale
 */
function drawShape(pen, label, colour, x, y, scale) {
  pen.save();
  pen.translate(x, y);
  pen.scale(scale, scale);
  pen.fillStyle = colour;
  pen.fill(new Path2D(outline(label)));
  pen.restore();
}

/**
 * The position of each bubble, with its text in lines.
 * @param {any} pen
 * @param {any} looks
 */
function layBubbles(pen, looks) {
  const { turns } = talk();
  const { starts, right } = cast(turns);
  let y = 0;
  return turns.map(({ speaker, text }, turn) => {
    const name = starts[turn] ? speaker : "";
    const label = shownLabel(turn);
    const own = correction(turn);
    const sure = judged(turn)?.score ?? 0;
    const told = label === undefined ? "" : own === undefined ? `${hedge(sure)}${label}  ${percent(sure)}` : `${label}  corrected`;
    const lines = wrap(pen, text, BUBBLE, `16px ${looks.sans}`);
    const widest = Math.max(...lines.map((line) => pen.measureText(line).width), pen.measureText(told).width + 8);
    const start = y + (name ? 30 : 8);
    y = start + lines.length * LINE + 2 * PAD + 12;
    return { name, label, told, lines, side: right[turn] ? "right" : "left", width: widest + 2 * PAD + 4, top: start, bottom: y };
  });
}

/**
 * @param {any} pen
 * @param {any} looks
 * @param {any} bubble
 * @param {number} above
 */
function drawBubble(pen, looks, { name, label, told, lines, side: where, width, top, bottom }, above) {
  const tone = label === undefined ? looks.plain : looks.tones.get(label);
  const x = where === "right" ? WIDTH - MARGIN - width : MARGIN;
  const y = above + top;
  pen.textAlign = where === "right" ? "right" : "left";
  write(pen, looks, name, where === "right" ? WIDTH - MARGIN - 6 : MARGIN + 6, y - 8, looks.muted);
  pen.textAlign = "left";
  pen.beginPath();
  pen.roundRect(x, y, width, bottom - top, where === "right" ? [18, 18, 5, 18] : [18, 18, 18, 5]);
  pen.fillStyle = tone.tint;
  pen.fill();
  pen.globalAlpha = 0.4;
  pen.strokeStyle = tone.mark;
  pen.stroke();
  pen.globalAlpha = 1;
  lines.forEach((/** @type {string} */ line, /** @type {number} */ at) => write(pen, looks, line, x + PAD + 2, y + PAD + 14 + at * LINE, looks.text, `16px ${looks.sans}`));
  if (label === undefined) return;
  drawShape(pen, label, tone.mark, x + PAD + 2, y + bottom - top - PAD - 9, 0.66);
  write(pen, looks, told, x + PAD + 18, y + bottom - top - PAD, tone.ink, `${toneClass(label) === "tone-neutral" ? 400 : 600} 13px ${looks.sans}`);
}

/**
 * Wrap text into lines of at most this width; wider words are cut.
 * @param {any} pen
 * @param {string} text
 * @param {number} width
 * @param {string} font
 */
function wrap(pen, text, width, font) {
  pen.font = font;
  /** @type {string[]} */
  const lines = [];
  for (const part of text.split("\n")) {
    let line = "";
    for (const word of part.split(/(?<=\s)/)) {
      if (line && pen.measureText(line + word.trimEnd()).width > width) [line] = ["", lines.push(line.trimEnd())];
      for (const sign of pen.measureText(word).width > width ? [...word] : [word]) {
        if (line && pen.measureText(line + sign.trimEnd()).width > width) [line] = ["", lines.push(line.trimEnd())];
        line += sign;
      }
    }
    lines.push(line.trimEnd());
  }
  return lines;
}

/**
 * Truncate a line that is too long.
 * @param {any} pen
 * @param {string} text
 * @param {number} width
 * @param {string} font
 */
function fit(pen, text, width, font) {
  pen.font = font;
  if (pen.measureText(text).width <= width) return text;
  const signs = [...text];
  while (signs.length && pen.measureText(`${signs.join("")}\u2026`).width > width) signs.pop();
  return `${signs.join("")}\u2026`;
}
