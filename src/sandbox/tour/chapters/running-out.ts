import { formatTokens } from '../../../core/tokens.ts';
import type { Person } from '../../people/person.ts';
import { readBalance, use } from '../acts.ts';
import { receiptBelow } from '../reading.ts';
import type { Stage } from '../stage.ts';

/** Tokens of the last answer that are seen, beside those that are thought. */
const VISIBLE = 240;

/** The last tokens: an answer is clamped to what is left, and the next question is refused. */
export async function runOut(stage: Stage, person: Person, buttons: string): Promise<void> {
  const { expect, narrator, sandbox } = stage;
  const before = await readBalance(stage, person, 'told');
  const left = before.left + before.overageLeft;
  const prompt = `[[think:${left - VISIBLE}]] [[length:2000]] Tell me everything about the sea`;
  narrator.note('what stands in [[…]] steers the simulated model: tokens to think, and tokens to write');
  const answer = await use(stage, person, 'ask', prompt);
  const text = answer.map((message) => message.text).join('\n');
  const bound = /allowed at most ([\d,]+) tokens/.exec(text)?.[1] ?? 'nothing';
  const request = sandbox.world.openai.store.requests.at(-1);
  const sent = (request?.body as { max_completion_tokens?: number } | undefined)?.max_completion_tokens;
  expect.equal('the answer was clamped, and says to what', bound, formatTokens(sent ?? Number.NaN));
  expect.holds('to less than was left', (sent ?? left) < left, `less than ${left}`, String(sent));
  const charged = receiptBelow(answer)?.charged ?? 0;
  expect.holds('it cost no more than was left', charged > 0 && charged <= left, `1 to ${left}`, String(charged));

  const requests = sandbox.world.openai.store.requests.length;
  const [refusal] = await use(stage, person, 'ask', 'And the sky?');
  expect.equal('the next question is refused', refusal?.place ?? null, 'private');
  const why = refusal?.text ?? '';
  expect.holds('saying what it needs', /needs at least [\d,]+/.test(why), '"needs at least …"', JSON.stringify(why));
  const labels = (refusal?.buttons ?? []).map(({ label }) => label.split(' · ')[0]).join(', ');
  expect.equal('with the way out as a button', labels, buttons);
  expect.equal('the model was not asked', sandbox.world.openai.store.requests.length - requests, 0);
}
