import { formatTokens } from '../../../core/tokens.ts';
import type { Person, Seen } from '../../people/person.ts';
import { until } from '../../people/until.ts';
import { isWhole, readBalance } from '../acts.ts';
import { receiptBelow } from '../reading.ts';
import type { Stage } from '../stage.ts';

/** The most that the model may write in one answer, thoughts included. */
const MODEL_BOUND = 128_000;
const THOUGHT = 127_900;
/** Reserved for an ask beside the bound: its input, generously. */
const INPUT_ROOM = 500;
const MOST_AT_ONCE = 30;

/**
 * Asks expensive questions, many at once, until less than `target` tokens and one more question are left, overage
 * included. Dodo's meter runs after each round.
 */
export async function spendTo(stage: Stage, person: Person, target: number): Promise<void> {
  const { narrator, expect } = stage;
  const before = await capacityOf(stage, person);
  narrator.does(person, `asks question after question, ${formatTokens(THOUGHT)} tokens of thought each`);
  let left = before;
  let asked = 0;
  let charged = 0;
  let unanswered = 0;
  for (;;) {
    const wanted = Math.floor((left - target) / THOUGHT);
    const affordable = Math.floor(left / (MODEL_BOUND + INPUT_ROOM));
    const count = Math.min(wanted, affordable, MOST_AT_ONCE);
    if (count < 1) break;
    const round = await askAtOnce(stage, person, count);
    asked += count;
    charged += round.charged;
    unanswered += round.unanswered;
    await stage.sandbox.meterTick();
    left = await capacityOf(stage, person);
  }
  narrator.note(
    `${asked} answers, ${formatTokens(charged)} tokens on their receipts; ${formatTokens(left)} tokens to go`,
  );
  expect.equal('every question was answered', unanswered, 0);
  expect.equal('the receipts add up to what is gone', charged, before - left);
}

/** What may still be spent, as `/balance` tells it. */
async function capacityOf(stage: Stage, person: Person): Promise<number> {
  const { left, overageLeft } = await readBalance(stage, person, 'quietly');
  return left + overageLeft;
}

async function askAtOnce(
  stage: Stage,
  person: Person,
  count: number,
): Promise<{ charged: number; unanswered: number }> {
  const known = new Set(person.sees().map(({ id }) => id));
  const fresh = () => person.sees().filter((message) => message.place !== 'dm' && !known.has(message.id));
  for (let index = 0; index < count; index += 1) {
    person.command('ask', `[[think:${THOUGHT}]] [[length:20]] [[delay:0]] What else, number ${index + 1}?`);
  }
  const answers = await until(
    () => {
      const messages = fresh();
      return messages.length >= count && messages.every((message) => isWhole([message])) ? messages : undefined;
    },
    stage.patienceMs * 4,
    () => `${person.name} asked ${count} questions and saw ${describe(fresh())}`,
  );
  const receipts = answers.map((message) => receiptBelow([message])).filter((receipt) => receipt !== null);
  return {
    charged: receipts.reduce((sum, receipt) => sum + receipt.charged, 0),
    unanswered: count - receipts.length,
  };
}

function describe(messages: readonly Seen[]): string {
  const open = messages.filter((message) => !isWhole([message]));
  const [first] = open;
  const example = first === undefined ? '' : `, such as ${JSON.stringify(first.text.slice(0, 120))}`;
  return `${messages.length} messages, ${open.length} of them not at their end${example}`;
}
