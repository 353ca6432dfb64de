import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChatUser } from '../../src/core/chat/chat.ts';
import { createSlackStage, type SlackStage } from './platform-slack-stage.ts';

let stage: SlackStage;
beforeEach(async () => {
  stage = await createSlackStage();
  stage.slack.user('U0ALICE');
});
afterEach(() => stage.close());

const ALICE: ChatUser = { platform: 'slack', workspace: 'T0SIMTEAM', user: 'U0ALICE' };
const NOTICE = { id: 'n-1', reply: { text: '10,000,000 tokens were added.' } };
const texts = () => stage.slack.dms('U0ALICE').map((message) => message.text);
const send = (notice = NOTICE, lookFirst = false, to = ALICE) => stage.platform.messenger.direct(to, notice, lookFirst);

describe('a notice', () => {
  it('arrives as a direct message that carries its id', async () => {
    expect(await send()).toBe('sent');
    const [seen] = stage.slack.dms('U0ALICE');
    expect(seen?.text).toBe(NOTICE.reply.text);
    expect(seen?.message.metadata).toEqual({ event_type: 'tallybot_notice', event_payload: { id: 'n-1' } });
  });

  it('is found and not sent again when an earlier attempt arrived without an answer', async () => {
    stage.slack.faults.next({ method: 'chat.postMessage', performed: true, close: true });
    await expect(send()).rejects.toMatchObject({ fault: 'unanswered' });
    expect(await send(NOTICE, true)).toBe('found');
    expect(texts()).toHaveLength(1);
  });

  it('is sent when an earlier attempt did not arrive', async () => {
    stage.slack.faults.next({ method: 'chat.postMessage', close: true });
    await expect(send()).rejects.toMatchObject({ fault: 'unanswered' });
    expect(await send({ ...NOTICE, id: 'n-2' })).toBe('sent');
    expect(await send(NOTICE, true)).toBe('sent');
    expect(texts()).toHaveLength(2);
  });

  it('longer than a message carries its id on the last one, so that half of it does not count', async () => {
    await send({ id: 'n-1', reply: { text: 'word '.repeat(4_000) } });
    const marks = stage.slack.dms('U0ALICE').map((message) => message.message.metadata !== undefined);
    expect(marks).toEqual([false, true]);
  });

  it('is told apart: refused, limited, away', async () => {
    const of = (error: string) => stage.slack.faults.next({ method: 'conversations.open', error });
    for (const code of ['cannot_dm_bot', 'user_disabled', 'user_not_found', 'account_inactive']) {
      of(code);
      await expect(send()).rejects.toMatchObject({ fault: 'refused', name: 'PlatformError' });
    }
    stage.slack.faults.next({ method: 'chat.postMessage', retryAfter: 7 });
    await expect(send()).rejects.toMatchObject({ fault: 'rate_limited', retryAfterMs: 7_000 });
    stage.slack.faults.next({ method: 'chat.postMessage', status: 503 });
    await expect(send()).rejects.toMatchObject({ fault: 'unavailable' });
    of('internal_error');
    await expect(send()).rejects.toMatchObject({ fault: 'unanswered' });
    stage.slack.user('U0SHUT', { dms: 'closed' });
    await expect(send(NOTICE, false, { ...ALICE, user: 'U0SHUT' })).rejects.toMatchObject({ fault: 'refused' });
    expect(texts()).toEqual([]);
  });

  it('that nobody can take because Slack is not there is told as unavailable', async () => {
    await stage.platform.close();
    await stage.slack.close();
    await expect(send()).rejects.toMatchObject({ fault: 'unavailable' });
    await expect(stage.platform.check()).rejects.toMatchObject({ fault: 'unavailable' });
    stage = await createSlackStage();
  });
});

describe('the check', () => {
  it('passes with a token that Slack knows, and names the code when it does not', async () => {
    await stage.platform.check();
    await stage.close();
    stage = await createSlackStage({ auth: () => ({ botToken: 'xoxb-wrong' }) });
    await expect(stage.platform.check()).rejects.toThrow(/auth\.test with invalid_auth/);
  });
});
