import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signatureHeaders } from '../../src/sandbox/slack/signing.ts';
import { createSlackStage, type SlackStage } from './platform-slack-stage.ts';

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';

let stage: SlackStage;
beforeEach(async () => {
  stage = await createSlackStage();
  stage.slack.user('U0ALICE');
});
afterEach(() => stage.close());

function post(body: string, contentType = JSON_TYPE, sign = true): Promise<Response> {
  const signature = sign ? signatureHeaders(stage.slack.settings.signingSecret, Date.now(), body) : {};
  return fetch(`${stage.bot.url}/slack/events`, {
    method: 'POST',
    headers: { 'content-type': contentType, ...signature },
    body,
    signal: AbortSignal.timeout(2_000),
  });
}

async function expectRefusal(answer: Response, status: number): Promise<void> {
  const body = await answer.text();
  expect([answer.status, body]).toEqual([
    status,
    expect.stringMatching(/^\{"error":\{"code":"\w+","message":"[^"]+"\}\}$/),
  ]);
}

describe('the route of Slack', () => {
  it('refuses what is not signed, signed wrongly or signed long ago, and does nothing', async () => {
    for (const fault of ['secret', 'stale', 'missing'] as const) {
      expect(await stage.slack.sendWronglySigned(fault)).toMatchObject({ status: 401 });
    }
    await expectRefusal(await post('{"type":"url_verification","challenge":"x"}', JSON_TYPE, false), 401);
    expect(stage.turns).toEqual([]);
  });

  it('answers the challenge of a new request URL', async () => {
    expect(await stage.slack.verifyEventsUrl()).toBe(true);
  });

  it('refuses a body over 1 MB', async () => {
    await expectRefusal(await post(`{"text":"${'x'.repeat(1_048_576)}"}`), 413);
    await expectRefusal(await post(`text=${'x'.repeat(1_048_576)}`, FORM, false), 413);
  });

  it('refuses signed bodies that are no JSON or no payload of Slack, at once', async () => {
    for (const body of ['{', '', 'null', '[]', '42', '{}', '{"type":7}', '{"type":"event_callback"}']) {
      await expectRefusal(await post(body), 400);
    }
    const halves = [
      '{"type":"event_callback","event":null}',
      '{"type":"block_actions","actions":[]}',
      '{"command":"/ask"}',
      '{"type":"view_submission","trigger_id":"1.2","user":{"id":"U1"},"view":{"id":"V1"}}',
    ];
    for (const body of halves) await expectRefusal(await post(body), 400);
    await expectRefusal(await post('payload={', FORM), 400);
    await expectRefusal(await post('a=b', FORM), 400);
    expect(stage.turns).toEqual([]);
  });

  it('takes payloads that it has no use for with an empty 200', async () => {
    const unused = ['{"type":"view_closed"}', '{"type":"shortcut","user":{"id":"U1"}}', '{"type":"unheard_of"}'];
    for (const body of unused) expect((await post(`payload=${encodeURIComponent(body)}`, FORM)).status).toBe(200);
    const event = { type: 'event_callback', team_id: 'T0SIMTEAM', event: { type: 'reaction_added' } };
    expect((await post(JSON.stringify(event))).status).toBe(200);
    const select = {
      type: 'block_actions',
      trigger_id: '1.2',
      user: { id: 'U0ALICE', team_id: 'T0SIMTEAM' },
      actions: [{ type: 'static_select', action_id: 'theirs' }],
    };
    expect((await post(`payload=${encodeURIComponent(JSON.stringify(select))}`, FORM)).status).toBe(200);
    expect(stage.turns).toEqual([]);
  });

  it('leaves other routes to the app', async () => {
    const elsewhere = await fetch(`${stage.bot.url}/slack/other`, { method: 'POST', body: '{}' });
    expect(elsewhere.status).toBe(404);
    expect(await elsewhere.json()).toMatchObject({ error: { code: 'not_found' } });
  });

  it('acknowledges while the Web API hangs, and answers as in a place that is not private', async () => {
    await stage.close();
    stage = await createSlackStage({ haste: 20 });
    stage.slack.faults.next({ hang: true, method: 'conversations.open' });
    const asked = stage.slack.user('U0ALICE').command('/help');
    expect(await asked.acknowledged).toMatchObject({ status: 200 });
    expect(await asked.waitFor((message) => message.text === 'done')).toMatchObject({ ephemeral: true });
    expect(stage.turns).toMatchObject([{ turn: { isPrivatePlace: false } }]);
  });
});
