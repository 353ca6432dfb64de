import { createHash } from 'node:crypto';
import { tokenPieces } from './tokens.ts';

const OPENINGS = [
  'Here is a short answer about **{topic}**.',
  'Good question. Let us look at **{topic}** step by step.',
  'There are a few sides to **{topic}**; these are the ones that matter most.',
  'In short, **{topic}** comes down to a handful of ideas.',
];

const POINTS = [
  'Start from what you know for certain, and write it down.',
  'Look at the smallest case first; it usually shows the shape of the rest.',
  'Change one thing at a time, so that an effect has one cause.',
  'Ask what would have to be true for the opposite to hold.',
  'Measure before and after; a feeling is not a figure.',
  'Keep the parts that change together close to one another.',
  'Leave room for the case that nobody has thought of yet.',
  'Tell the people who depend on it before it changes.',
];

const CLOSINGS = [
  'If you tell me more about your case, I can be more exact.',
  'That is the whole of it; the details depend on where you use it.',
  'Try the first point today, and come back with what you found.',
];

const SAMPLE = [
  '```ts',
  'export function total(amounts: readonly number[]): number {',
  '  return amounts.reduce((sum, amount) => sum + amount, 0);',
  '}',
  '```',
].join('\n');

const ABOUT_CODE = /\b(code|function|script|typescript|javascript|python|program|snippet)\b/i;

/** The same text always gives the same numbers. */
function seedOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function pick<T>(list: readonly T[], seed: number): T {
  const chosen = list[seed % list.length];
  if (chosen === undefined) throw new RangeError('expected a list with at least one entry, got an empty one');
  return chosen;
}

function topicOf(prompt: string): string {
  const line = prompt.replace(/[\s`*_[\]<>@]+/g, ' ').trim();
  if (line === '') return 'your question';
  return line.length <= 80 ? line.replace(/[?.!]+$/, '') : `${line.slice(0, 77).trimEnd()}…`;
}

/**
 * A Markdown answer that names the question's topic: prose, a list, and a code block where code is asked for.
 * The same prompt gives the same answer.
 */
export function composeAnswer(prompt: string): string {
  const seed = seedOf(prompt);
  const at = (index: number) => seed[index % seed.length] ?? 0;
  const first = at(1);
  const points = Array.from({ length: 3 + (at(2) % 3) }, (_, index) => `- ${pick(POINTS, first + index)}`);
  const parts = [pick(OPENINGS, at(0)).replace('{topic}', () => topicOf(prompt)), points.join('\n')];
  if (ABOUT_CODE.test(prompt)) parts.push(`A small example:\n\n${SAMPLE}`);
  parts.push(pick(CLOSINGS, at(3)));
  return parts.join('\n\n');
}

/** The answer to a prompt, drawn out or cut to exactly `length` tokens, one piece for each token. */
export function composeOfLength(prompt: string, length: number): string[] {
  const pieces = tokenPieces(composeAnswer(prompt));
  for (let part = 2; pieces.length < length; part += 1) {
    pieces.push(...tokenPieces(`\n\n## Part ${part}\n\n${composeAnswer(`${prompt} (part ${part})`)}`));
  }
  return pieces.slice(0, length);
}
