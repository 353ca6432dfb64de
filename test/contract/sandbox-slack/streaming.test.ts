import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStage, refusal, type Stage } from './bot.ts';

let stage: Stage;
let clock: number;
beforeEach(async () => {
  clock = 1_790_000_000_000;
  stage = await createStage({ now: () => clock });
});
afterEach(() => stage.close());

const RECIPIENT = { recipient_user_id: 'U0ADA', recipient_team_id: 'T0SIMTEAM' };

async function thread(): Promise<{ channel: string; thread_ts: string }> {
  const ada = stage.slack.user('U0ADA');
  await ada.say('question', { channel: 'C0GENERAL' }).acknowledged;
  return { channel: 'C0GENERAL', thread_ts: stage.slack.store.messages.at(-1)?.ts ?? '' };
}

describe('a streamed answer', () => {
  it('grows by the client helper of the SDK and ends with blocks', async () => {
    const where = await thread();
    const stream = stage.app.client.chatStream({ ...where, ...RECIPIENT, buffer_size: 1 });
    await stream.append({ markdown_text: 'Hello ' });
    await stream.append({ markdown_text: '**world**' });
    const session = stage.slack.store.sessions.get(`${where.channel}:${where.thread_ts}`);
    expect(session?.status).toBe('processing');
    await stream.stop({ blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'receipt' } }] });
    const [answer] = stage.slack.user('U0ADA').messages();
    expect(answer).toMatchObject({ text: 'Hello **world**\nreceipt', threadTs: where.thread_ts });
    expect(answer?.history.map((version) => version.change)).toEqual(['posted', 'appended', 'stopped']);
    expect(stage.slack.store.sessions.get(`${where.channel}:${where.thread_ts}`)?.status).toBe('active');
  });

  it('takes task and plan chunks, the newest of each task counting', async () => {
    const where = await thread();
    const { chat } = stage.app.client;
    const { ts = '' } = await chat.startStream({ ...where, ...RECIPIENT });
    const task = { type: 'task_update' as const, id: 't1', title: 'Look it up' };
    await chat.appendStream({ channel: where.channel, ts, chunks: [{ ...task, status: 'in_progress' }] });
    await chat.appendStream({
      channel: where.channel,
      ts,
      chunks: [
        { ...task, status: 'complete' },
        { type: 'plan_update', title: 'Plan' },
      ],
    });
    expect(stage.slack.store.message(where.channel, ts)?.blocks).toMatchObject([
      { type: 'task_card', task_id: 't1', status: 'complete' },
      { type: 'plan', title: 'Plan' },
    ]);
    const odd = { channel: where.channel, ts, chunks: [{ type: 'image' }] };
    expect(await refusal(chat.appendStream(odd as never))).toBe('invalid_chunks');
  });

  it('takes no more after it was stopped, went stale, or was never one', async () => {
    const where = await thread();
    const { chat } = stage.app.client;
    const append = (ts: string) => refusal(chat.appendStream({ channel: where.channel, ts, markdown_text: 'x' }));
    const stopped = await chat.startStream({ ...where, ...RECIPIENT });
    await chat.stopStream({ channel: where.channel, ts: stopped.ts ?? '' });
    expect(await append(stopped.ts ?? '')).toBe('message_not_in_streaming_state');
    const stale = await chat.startStream({ ...where, ...RECIPIENT, markdown_text: 'begin' });
    expect(await refusal(chat.update({ channel: where.channel, ts: stale.ts ?? '', text: 'x' }))).toBe(
      'streaming_state_conflict',
    );
    clock += 300_001;
    expect(await append(stale.ts ?? '')).toBe('message_not_in_streaming_state');
    expect(await refusal(chat.update({ channel: where.channel, ts: stale.ts ?? '', text: 'whole' }))).toBe('accepted');
    const plain = await chat.postMessage({ channel: where.channel, text: 'x' });
    expect(await append(plain.ts ?? '')).toBe('message_not_in_streaming_state');
    expect(await append('1.000001')).toBe('message_not_found');
  });

  it('needs its recipient in a channel, and a thread in a direct conversation', async () => {
    const where = await thread();
    const { chat, conversations } = stage.app.client;
    expect(await refusal(chat.startStream(where))).toBe('missing_recipient_user_id');
    expect(await refusal(chat.startStream({ ...where, recipient_user_id: 'U0ADA' }))).toBe('missing_recipient_team_id');
    const { channel } = await conversations.open({ users: 'U0ADA' });
    const direct = stage.app.client.apiCall('chat.startStream', { channel: channel?.id });
    expect(await refusal(direct)).toBe('invalid_thread_ts');
    const long = chat.startStream({ ...where, ...RECIPIENT, markdown_text: 'm'.repeat(12_001) });
    expect(await refusal(long)).toBe('msg_too_long');
  });

  it('can be stopped by the person, which the bot is told', async () => {
    const where = await thread();
    const told: unknown[] = [];
    stage.app.event('agent_session_stopped', async ({ event }) => {
      told.push(event);
    });
    const { ts = '' } = await stage.app.client.chat.startStream({ ...where, ...RECIPIENT });
    await stage.slack.user('U0ADA').stop({ channel: where.channel, ts }).acknowledged;
    expect(told).toMatchObject([{ channel: where.channel, thread_ts: where.thread_ts, streaming_message_ts: [ts] }]);
    const more = stage.app.client.chat.appendStream({ channel: where.channel, ts, markdown_text: 'x' });
    expect(await refusal(more)).toBe('message_not_in_streaming_state');
  });
});

describe('a session', () => {
  it('is moved by agents.sessions.setStatus, its title fixed when it is made', async () => {
    const { channel, thread_ts } = await thread();
    const { agents } = stage.app.client;
    const made = await agents.sessions.setStatus({
      channel_id: channel,
      thread_ts,
      status: 'processing',
      title: 'One',
    });
    expect(made).toMatchObject({ ok: true, status: 'processing', title: 'One' });
    const later = await agents.sessions.setStatus({ channel_id: channel, thread_ts, status: 'closed', title: 'Two' });
    expect(later).toMatchObject({ status: 'closed', title: 'One' });
    const odd = agents.sessions.setStatus({ channel_id: channel, thread_ts, status: 'busy' });
    expect(await refusal(odd)).toBe('invalid_arguments');
  });

  it('shows a short line by assistant.threads.setStatus, cleared by an empty one', async () => {
    const { channel, thread_ts } = await thread();
    const { assistant } = stage.app.client;
    const loading = () => stage.slack.store.sessions.get(`${channel}:${thread_ts}`)?.loading;
    await assistant.threads.setStatus({ channel_id: channel, thread_ts, status: 'is thinking...' });
    expect(loading()).toBe('is thinking...');
    await assistant.threads.setStatus({ channel_id: channel, thread_ts, status: '' });
    expect(loading()).toBe('');
  });
});
