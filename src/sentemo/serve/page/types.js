/**
 * The types that the modules share.
 *
 * @typedef {{speaker: string, text: string, time?: string, id?: string}} Turn `time` is ISO 8601, `id` the message's own
 * @typedef {{label: string, score: number, probabilities: Record<string, number>,
 *   tags?: Record<string, number>, point?: [number, number]}} Reading
 * @typedef {{id: string, turns: Turn[], readings: (Reading | undefined)[], before: Map<number, string>, stamp: string}} Talk
 *   `before` contains the labels that the latest lesson changed; `stamp` identifies the model and state that labelled it.
 * @typedef {{method: string, examples: Record<string, number>, accuracy: number | null,
 *   interval: [number, number] | null, chance: number, tags: Record<string, Expected>}} Adapted
 * @typedef {{recall: number | null, recall_interval: [number, number]}} Expected of a tag
 * @typedef {{name: string, labels: string[], neutral: string | null, adapted: Adapted | null,
 *   map: Record<string, [number, number]>}} Model
 * @typedef {{turn: number, label: string, score: number, probabilities: Record<string, number>,
 *   nearest: {text: string, label: string, distance: number}[], prototypes: Record<string, number>,
 *   influences: {turn: number, change: number}[], words: {text: string, change: number}[]}} Explained
 * @typedef {{format: string, kind: string, conversations: number, turns: number, speakers: Record<string, number>,
 *   other_speakers: number, first_time: string | null, last_time: string | null, left_out: Record<string, number>,
 *   remarks: string[], error: string | null, shown: Turn[]}} Understood
 * @typedef {{cause: string, next_step: string, where: string | null}} Fault
 */

export {};
