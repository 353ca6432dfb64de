import { RespondError } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStage, type Stage } from './bot.ts';

let stage: Stage;
let clock: number;
beforeEach(async () => {
  clock = 1_790_000_000_000;
  stage = await createStage({ now: () => clock });
});
afterEach(() => stage.close());

/** Runs what the bot does with `respond` for one slash command, in a channel the bot is not in. */
async function respondWith(say: (respond: (body: object) => Promise<unknown>) => Promise<void>) {
  const done = Promise.withResolvers<void>();
  stage.slack.channel('C0ELSEWHERE', { botMember: false, private: true });
  stage.app.command('/ask', async ({ ack, respond }) => {
    await ack();
    await say((body) => respond(body)).then(done.resolve, done.reject);
  });
  const sent = stage.slack.user('U0ADA').command('/ask', 'x', { channel: 'C0ELSEWHERE' });
  await done.promise;
  return sent;
}

describe('a response_url', () => {
  it('works where the bot is no member: a placeholder, three updates and the final text', async () => {
    const sent = await respondWith(async (respond) => {
      await respond({ text: 'thinking', response_type: 'in_channel' });
      for (const text of ['a', 'ab', 'abc', 'abcd']) await respond({ text, replace_original: true });
    });
    const [answer, ...others] = sent.messages();
    expect(others).toEqual([]);
    expect(answer).toMatchObject({ text: 'abcd', ephemeral: false, channel: 'C0ELSEWHERE' });
    expect(answer?.history.map((version) => version.text)).toEqual(['thinking', 'a', 'ab', 'abc', 'abcd']);
  });

  it('is used up after five uses: 404 used_url, which Bolt throws as RespondError', async () => {
    let refused: unknown;
    const sent = await respondWith(async (respond) => {
      for (const text of ['1', '2', '3', '4', '5']) await respond({ text });
      refused = await respond({ text: '6' }).catch((error) => error);
    });
    expect(refused).toBeInstanceOf(RespondError);
    expect(String(refused)).toContain('404');
    expect(sent.messages().map((message) => message.text)).toEqual(['1', '2', '3', '4', '5']);
    expect(stage.slack.store.requests.at(-1)).toMatchObject({ method: 'response_url', status: 404, error: 'used_url' });
  });

  it('expires after thirty minutes: 404 expired_url', async () => {
    await respondWith(async (respond) => {
      clock += 30 * 60_000;
      await respond({ text: 'just in time' });
      clock += 1;
      await respond({ text: 'late' }).catch(() => undefined);
    });
    expect(stage.slack.store.requests.at(-1)).toMatchObject({ status: 404, error: 'expired_url' });
  });

  it('speaks to its person alone unless told otherwise, and can take its message back', async () => {
    stage.slack.channel('C0ELSEWHERE', { members: ['U0BOB'], private: true, botMember: false });
    const bob = stage.slack.user('U0BOB');
    const sent = await respondWith(async (respond) => {
      await respond({ text: 'secret' });
      await respond({ delete_original: true });
    });
    expect(sent.messages()).toMatchObject([{ text: 'secret', ephemeral: true, deleted: true }]);
    expect(bob.messages()).toEqual([]);
  });

  it('answers 400 with the code for a message that breaks the limits', async () => {
    await respondWith(async (respond) => {
      await respond({ text: '' }).catch(() => undefined);
    });
    expect(stage.slack.store.requests.at(-1)).toMatchObject({ status: 400, error: 'no_text' });
  });

  it('that was never given out answers 404', async () => {
    const response = await fetch(`${stage.slack.url}/hooks/commands/T0SIMTEAM/1/guessed`, { method: 'POST' });
    expect([response.status, await response.text()]).toEqual([404, 'no_service']);
  });

  it('fails on request, also after the message was shown', async () => {
    stage.slack.faults.next({ method: 'response_url', status: 500 });
    stage.slack.faults.next({ method: 'response_url', close: true, performed: true });
    const failures: unknown[] = [];
    const sent = await respondWith(async (respond) => {
      await respond({ text: 'lost' }).catch((error) => failures.push(error));
      await respond({ text: 'shown' }).catch((error) => failures.push(error));
    });
    expect(failures).toHaveLength(2);
    expect(sent.messages().map((message) => message.text)).toEqual(['shown']);
  });

  it('of a click replaces the clicked message unless it says otherwise', async () => {
    stage.app.action('go', async ({ ack, respond }) => {
      await ack();
      await respond({ text: 'beside', replace_original: false });
      await respond('instead');
    });
    const elements = [{ type: 'button' as const, action_id: 'go', text: { type: 'plain_text' as const, text: 'Go' } }];
    const ada = stage.slack.user('U0ADA');
    const { channel = '' } = await stage.app.client.chat.postMessage({
      channel: 'U0ADA',
      text: 'choose',
      blocks: [{ type: 'actions', elements }],
    });
    const [offer] = stage.slack.dms('U0ADA');
    expect(offer).toMatchObject({ channel, direct: true });
    const press = ada.click(offer ?? { channel, ts: '' }, 'go');
    await press.waitFor((message) => message.text === 'instead');
    expect(stage.slack.dms('U0ADA').map(({ text, ephemeral }) => ({ text, ephemeral }))).toEqual([
      { text: 'instead', ephemeral: false },
      { text: 'beside', ephemeral: true },
    ]);
  });
});
