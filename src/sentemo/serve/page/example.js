/**
 * A conversation written for this page; nobody's words.
 * @type {import("./types.js").Turn[]}
 */
export const EXAMPLE = [
  { speaker: "Nora", text: "Did you talk to the shelter today?" },
  { speaker: "Eli", text: "Yes, they called me at noon." },
  { speaker: "Nora", text: "And? What did they say?" },
  { speaker: "Eli", text: "They said yes! We can take Biscuit home tonight. I'm so happy!" },
  { speaker: "Nora", text: "Really? Tonight? I can't believe it!" },
  { speaker: "Eli", text: "He is asleep on my shoes right now." },
  { speaker: "Nora", text: "My landlord just called. He says no dogs." },
  { speaker: "Eli", text: "How dare he! He gave us his word!" },
  { speaker: "Nora", text: "I'm scared they'll put him back in that cage." },
  { speaker: "Eli", text: "That cage is disgusting. It smells as if something died in it." },
  { speaker: "Nora", text: "Poor Biscuit. He'll be so lonely." },
  { speaker: "Eli", text: "Then he lives with me. It's settled." },
  { speaker: "Nora", text: "You would do that? Thank you, that's wonderful!" },
];

/** Turns of it that the start shows. */
export const PREVIEW = [3, 4, 7, 8];
