/**
 * An invented conversation, written for this page.
 * @type {import("./types.js").Turn[]}
 */
export const EXAMPLE = [
  { speaker: "Nora", text: "did the shelter call" },
  { speaker: "Eli", text: "at noon" },
  { speaker: "Nora", text: "and? what did they say" },
  { speaker: "Eli", text: "THEY SAID YES!!! we can take biscuit home tonight 🎉" },
  { speaker: "Nora", text: "wait what, tonight?? no way" },
  { speaker: "Eli", text: "yes, I signed the papers" },
  { speaker: "Nora", text: "my landlord just called. he says no dogs. my heart is broken 💔" },
  { speaker: "Eli", text: "that's outrageous. he promised us, in writing 😡" },
  { speaker: "Nora", text: "i'm so scared they'll put him back in that cage" },
  { speaker: "Eli", text: "that cage is disgusting, it smells like something died in there 🤢" },
  { speaker: "Nora", text: "biscuit's blanket is still at the shelter" },
  { speaker: "Eli", text: "I'll take him to my place. I have a garden" },
  { speaker: "Nora", text: "you'd do that?? i love you so much ❤️" },
];

/** The turns of it shown on the start page. */
export const PREVIEW = [3, 4, 7, 8];
