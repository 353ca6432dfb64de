import type { Person } from '../../people/person.ts';
import { use } from '../acts.ts';
import type { Stage } from '../stage.ts';

/** Somebody without tokens asks: refused privately, with the ways out as buttons, and no model is asked. */
export async function askWithEmptyWallet(stage: Stage, person: Person): Promise<void> {
  const { expect, sandbox } = stage;
  const before = sandbox.world.openai.store.requests.length;
  const [refusal] = await use(stage, person, 'ask', 'Why is the sky blue?');
  expect.equal('nobody else sees the refusal', refusal?.place ?? null, 'private');
  const text = refusal?.text ?? '';
  expect.holds('it says why', /no tokens left/.test(text), 'a text with "no tokens left"', JSON.stringify(text));
  const labels = (refusal?.buttons ?? []).map(({ label }) => label.split(' · ')[0] ?? '').join(', ');
  expect.equal('its buttons are the ways out', labels, 'Subscribe to Starter, Subscribe to Pro, Top up 5,000,000');
  expect.equal('the model was not asked', sandbox.world.openai.store.requests.length - before, 0);
}
