import type { View } from '@slack/types';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStage, refusal, type Stage } from './bot.ts';

let stage: Stage;
let clock: number;
beforeEach(async () => {
  clock = 1_790_000_000_000;
  stage = await createStage({ now: () => clock });
});
afterEach(() => stage.close());

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const line = { type: 'section' as const, text: plain('hello') };
const modal = (change: object = {}): View => ({ type: 'modal', title: plain('Title'), blocks: [line], ...change });

async function trigger(): Promise<string> {
  const given = Promise.withResolvers<string>();
  stage.app.command('/open', async ({ ack, command }) => {
    await ack();
    given.resolve(command.trigger_id);
  });
  stage.slack.user('U0ADA').command('/open');
  return given.promise;
}

describe('views.open', () => {
  it('needs a fresh trigger', async () => {
    const { views } = stage.app.client;
    const id = await trigger();
    clock += 3001;
    expect(await refusal(views.open({ trigger_id: id, view: modal() }))).toBe('expired_trigger_id');
    expect(await refusal(views.open({ trigger_id: 'guessed', view: modal() }))).toBe('invalid_trigger_id');
  });

  it('holds a modal to the published limits', async () => {
    const { views } = stage.app.client;
    const id = await trigger();
    const open = (change: object) => refusal(views.open({ trigger_id: id, view: modal(change) }));
    expect(await open({ title: plain('t'.repeat(25)) })).toBe('invalid_arguments');
    expect(await open({ private_metadata: 'p'.repeat(3001) })).toBe('invalid_arguments');
    expect(await open({ blocks: Array.from({ length: 101 }, () => line) })).toBe('invalid_arguments');
    const asks = { type: 'input', label: plain('Note'), element: { type: 'plain_text_input', action_id: 'note' } };
    expect(await open({ blocks: [asks] })).toBe('invalid_arguments');
    const asking = (input: object, block: object = {}) =>
      open({ blocks: [{ ...asks, element: { ...asks.element, ...input }, ...block }], submit: plain('Send') });
    expect(await asking({}, { label: undefined })).toBe('invalid_arguments');
    expect(await asking({ placeholder: plain('p'.repeat(151)) })).toBe('invalid_arguments');
    expect(await asking({ max_length: 3_001 })).toBe('invalid_arguments');
    expect(await asking({ min_length: -1 })).toBe('invalid_arguments');
    expect(await asking({ placeholder: plain('p'.repeat(150)), min_length: 0, max_length: 3_000 })).toBe('accepted');
  });
});

describe('views.update', () => {
  it('changes an open view by its id, and refuses an old hash', async () => {
    const { views } = stage.app.client;
    const opened = await views.open({ trigger_id: await trigger(), view: modal() });
    const [id, hash] = [opened.view?.id ?? '', opened.view?.hash ?? ''];
    const changed = await views.update({ view_id: id, hash, view: modal({ title: plain('Second') }) });
    expect(changed.view?.title?.text).toBe('Second');
    expect(await refusal(views.update({ view_id: id, hash, view: modal() }))).toBe('hash_conflict');
    expect(await refusal(views.update({ view_id: 'V0', view: modal() }))).toBe('not_found');
  });
});

describe('views.publish', () => {
  it('shows a Home tab when the person opens it', async () => {
    stage.app.event('app_home_opened', async ({ event, client }) => {
      if (event.tab === 'home')
        await client.views.publish({ user_id: event.user, view: { type: 'home', blocks: [line] } });
    });
    const ada = stage.slack.user('U0ADA');
    await ada.openHome('home').acknowledged;
    await expect.poll(() => stage.slack.store.homes.get('U0ADA')?.view.blocks).toMatchObject([line]);
    const wrong = stage.app.client.views.publish({ user_id: 'U0ADA', view: modal() as never });
    expect(await refusal(wrong)).toBe('invalid_arguments');
  });
});
