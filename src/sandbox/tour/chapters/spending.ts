import { formatTokens } from '../../../core/tokens.ts';
import type { Person, Seen } from '../../people/person.ts';
import { until } from '../../people/until.ts';
import { isWhole, readBalance } from '../acts.ts';
import { receiptBelow } from '../reading.ts';
import type { Stage } from '../stage.ts';

/** The most that the model may write in one answer, thoughts included. */
const MODEL_BOUND = 128_000;
const LONGEST_THOUGHT = 127_900;
/** What a question and its few visible words cost at most. */
const ROOM = 500;
const MOST_AT_ONCE = 30;
/** A question that would think less than this is not worth asking. */
const LEAST_THOUGHT = 1_000;

/**
 * Asks expensive questions, many at once, until about `target` tokens are left, overage included. Dodo's meter runs
 * after each round.
 */
export async function spendTo(stage: Stage, person: Person, target: number): Promise<void> {
  const { narrator, expect } = stage;
  const before = await capacityOf(stage, person);
  narrator.does(person, `asks question after question, up to ${formatTokens(LONGEST_THOUGHT)} tokens of thought each`);
  let left = before;
  let asked = 0;
  let charged = 0;
  let unanswered = 0;
  for (;;) {
    const round = nextRound(left, target);
    if (round === null) break;
    const outcome = await askAtOnce(stage, person, round);
    asked += round.questions;
    charged += outcome.charged;
    unanswered += outcome.unanswered;
    await stage.sandbox.meterTick();
    left = await capacityOf(stage, person);
  }
  narrator.note(`${asked} answers, ${formatTokens(charged)} tokens on their receipts, ${formatTokens(left)} left`);
  expect.equal('every question was answered', unanswered, 0);
  expect.equal('the receipts add up to what is gone', charged, before - left);
}

interface Round {
  questions: number;
  /** Tokens of thought for each. */
  thought: number;
}

/** Each question reserves the model's whole bound while it runs, so fewer run at once when little is left. */
function nextRound(left: number, target: number): Round | null {
  const wanted = Math.floor((left - target) / (LONGEST_THOUGHT + ROOM));
  const affordable = Math.floor(left / (MODEL_BOUND + ROOM));
  const questions = Math.min(wanted, affordable, MOST_AT_ONCE);
  if (questions >= 1) return { questions, thought: LONGEST_THOUGHT };
  const rest = Math.min(left - target - ROOM, LONGEST_THOUGHT);
  return rest >= LEAST_THOUGHT ? { questions: 1, thought: rest } : null;
}

/** What may still be spent, as `/balance` tells it. */
async function capacityOf(stage: Stage, person: Person): Promise<number> {
  const { left, overageLeft } = await readBalance(stage, person, 'quietly');
  return left + overageLeft;
}

async function askAtOnce(
  stage: Stage,
  person: Person,
  { questions, thought }: Round,
): Promise<{ charged: number; unanswered: number }> {
  const known = new Set(person.sees().map(({ id }) => id));
  const fresh = () => person.sees().filter((message) => message.place !== 'dm' && !known.has(message.id));
  for (let index = 1; index <= questions; index += 1) {
    person.command('ask', `[[think:${thought}]] [[length:20]] [[delay:0]] What else, number ${index}?`);
  }
  const answers = await until(
    () => {
      const messages = fresh();
      return messages.length >= questions && messages.every((message) => isWhole([message])) ? messages : undefined;
    },
    stage.patienceMs * 4,
    () => `${person.name} asked ${questions} questions and saw ${describe(fresh())}`,
  );
  const charges = answers.map((message) => receiptBelow([message])?.charged ?? 0).filter((charged) => charged > 0);
  return {
    charged: charges.reduce((sum, charged) => sum + charged, 0),
    unanswered: questions - charges.length,
  };
}

function describe(messages: readonly Seen[]): string {
  const open = messages.filter((message) => !isWhole([message]));
  const [first] = open;
  const example = first === undefined ? '' : `, such as ${JSON.stringify(first.text.slice(0, 120))}`;
  return `${messages.length} messages, ${open.length} of them not at their end${example}`;
}
