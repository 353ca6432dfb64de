import type { Happening, Person, Seen, SeenButton } from '../people/person.ts';
import { until } from '../people/until.ts';
import { receiptBelow, type ToldBalance, toldBalance } from './reading.ts';
import type { Stage } from './stage.ts';

/** Uses a command, waits for the answer, and tells both. @returns the answer's messages */
export async function use(stage: Stage, person: Person, command: string, text = ''): Promise<Seen[]> {
  stage.narrator.does(person, `/${command} ${text}`.trim());
  return told(stage, person, await answered(stage, person.command(command, text)));
}

/** Presses a button, waits for the answer, and tells both. */
export async function press(stage: Stage, person: Person, message: Seen, button: SeenButton): Promise<Seen[]> {
  stage.narrator.does(person, `presses [${button.label}]`, message.place === 'dm' ? 'dm' : 'channel');
  return told(stage, person, await answered(stage, person.press(message.id, button.action ?? '')));
}

function told(stage: Stage, person: Person, answer: Seen[]): Seen[] {
  for (const message of answer) stage.narrator.shows(person, message);
  return answer;
}

/** Waits until the bot has said all of it: a private reply, or a public answer with its receipt. */
export function answered(stage: Stage, happening: Happening): Promise<Seen[]> {
  return until(
    () => {
      const answer = happening.answer();
      return isWhole(answer) ? answer : undefined;
    },
    stage.patienceMs,
    () => {
      const texts = happening.answer().map(({ text }) => JSON.stringify(text.slice(0, 200)));
      return `the answer was ${texts.join(', ') || 'nothing'}${failureOf(happening)}`;
    },
  );
}

/** Whether an answer is at its end: nothing in it is still on the way. */
export function isWhole(answer: readonly Seen[]): boolean {
  const last = answer.at(-1);
  if (last === undefined || last.isLoading || last.text === '') return false;
  return last.place === 'public' ? receiptBelow(answer) !== null : !last.text.startsWith('Thinking…');
}

function failureOf(happening: Happening): string {
  const failure = happening.failure();
  return failure === null ? '' : `; the platform says "${failure}"`;
}

export function dmsOf(person: Person): Seen[] {
  return person.sees().filter(({ place }) => place === 'dm');
}

/** Waits until one of the person's DMs fits. @param known DMs that do not count, by id */
export function dmThat(
  stage: Stage,
  person: Person,
  known: ReadonlySet<string>,
  fits: (dm: Seen) => boolean,
): Promise<Seen> {
  return until(
    () => dmsOf(person).find((dm) => !known.has(dm.id) && fits(dm)),
    stage.patienceMs,
    () => {
      const texts = dmsOf(person).map(({ text }) => JSON.stringify(text));
      return `the DMs of ${person.name} were ${texts.join(', ') || 'none'}`;
    },
  );
}

/** What `/balance` tells, shown to the reader or not. @throws Error when it tells none */
export async function readBalance(stage: Stage, person: Person, how: 'told' | 'quietly'): Promise<ToldBalance> {
  const answer =
    how === 'told' ? await use(stage, person, 'balance') : await answered(stage, person.command('balance'));
  const text = answer.at(-1)?.text ?? '';
  const balance = toldBalance(text);
  if (balance === null)
    throw new Error(`expected /balance to tell ${person.name} a balance, got ${JSON.stringify(text)}`);
  return balance;
}

/** The button whose label begins so. @throws Error when the message has none */
export function buttonOf(message: Seen | undefined, label: string): SeenButton {
  const button = message?.buttons.find((candidate) => candidate.label.startsWith(label));
  if (button === undefined) {
    const there = message?.buttons.map((candidate) => `[${candidate.label}]`).join(' ') || 'none';
    throw new Error(`expected a button that begins with "${label}", got ${there}`);
  }
  return button;
}
