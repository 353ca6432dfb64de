import { formatTokens } from '../../../core/tokens.ts';
import type { Person, Seen } from '../../people/person.ts';
import { answered, buttonOf, press, readBalance } from '../acts.ts';
import { figure, receiptBelow } from '../reading.ts';
import type { Stage } from '../stage.ts';

/** An answer streams in, ends with its receipt, and costs what the model's side counted. */
export async function firstAnswer(stage: Stage, person: Person): Promise<void> {
  const { expect, narrator, sandbox } = stage;
  const before = await readBalance(stage, person, 'quietly');
  const prompt = 'Show me a function in TypeScript that adds numbers';
  narrator.does(person, `/ask ${prompt}`);
  const answer = await answered(stage, person.command('ask', prompt));
  const edits = intermediate(answer);
  narrator.streams(edits);
  for (const message of answer) narrator.shows(person, message);

  expect.equal('everyone sees the answer', answer[0]?.place ?? null, 'public');
  expect.holds('it streamed in', edits.length >= 2, 'two or more texts on the way', `${edits.length}`);
  expect.equal('each text on the way is longer than the one before', grows(edits), true);
  const receipt = receiptBelow(answer);
  const usage = sandbox.world.openai.store.requests.at(-1)?.outcome;
  const counted = (usage?.promptTokens ?? 0) + (usage?.completionTokens ?? 0);
  expect.equal('the receipt says what the model counted', receipt?.charged ?? null, counted);
  expect.holds(
    'the whole answer of the model is there',
    squeezed(answer.map(({ text }) => text).join('\n')).includes(squeezed(usage?.text ?? '')),
    JSON.stringify(usage?.text),
    JSON.stringify(answer.map(({ text }) => text)),
  );

  const [details] = await press(stage, person, answer[answer.length - 1] as Seen, buttonOf(answer.at(-1), 'Receipt'));
  expect.equal('only the asker sees the receipt in full', details?.place ?? null, 'private');
  const charged = figure(/Charged: \*\*([\d,]+) tokens/.exec(details?.text ?? '')?.[1]);
  expect.equal('it names the same sum', charged, counted);
  const after = await readBalance(stage, person, 'told');
  expect.equal(`${formatTokens(counted)} tokens are gone at once`, after.left, before.left - counted);
  expect.equal('and Dodo does not know yet', after.inLedger, before.left);
}

/** The texts between the placeholder and the end. */
function intermediate(answer: readonly Seen[]): string[] {
  const versions = answer[0]?.versions ?? [];
  const distinct = versions.filter((text, index) => text !== '' && text !== versions[index - 1]);
  return distinct.slice(0, -1).filter((text) => !text.includes('Thinking…'));
}

function grows(texts: readonly string[]): boolean {
  return texts.every((text, index) => index === 0 || text.length > (texts[index - 1] ?? '').length);
}

/** Without what platforms render otherwise: line ends and indentation. */
function squeezed(text: string): string {
  return text.replaceAll(/\s+/g, '');
}
