import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { slackManifest } from '../../src/platform/slack/manifest.ts';
import { BOT_SCOPES } from '../../src/platform/slack/scopes.ts';
import { createSimulatedWorld } from '../../src/sandbox/simulated-world.ts';
import { botMethods } from '../../src/sandbox/slack/methods/registry.ts';

const FOLDER = new URL('../../src/platform/slack/', import.meta.url);

/** The code that talks to Slack, in one text. */
const code = readdirSync(FOLDER)
  .map((file) => readFileSync(new URL(file, FOLDER), 'utf8'))
  .join('\n');

/** Web API methods that it calls with the bot's token, such as `chat.postMessage`. */
const called = [
  ...new Set([...code.matchAll(/\bclient\.(\w+(?:\.\w+)*\.\w+)\(/g)].map(([, method = '']) => method)),
].filter((method) => !method.startsWith('apps.'));

/** What subscriptions ask for. Source: https://docs.slack.dev/reference/events */
const SCOPES_OF_EVENTS: Readonly<Record<string, string[]>> = {
  app_mention: ['app_mentions:read'],
  'message.im': ['im:history'],
  app_uninstalled: [],
  tokens_revoked: [],
};

const manifest = slackManifest([], { brandName: 'B', baseUrl: 'https://b.example.com', prefix: '', transport: 'http' });
const events = manifest.settings?.event_subscriptions?.bot_events ?? [];

describe('the scopes that the app asks for', () => {
  it('are enough for every method that the code calls, and every event', () => {
    // Found in the code by the way in which it writes its calls: some that are there must be among them.
    expect(called).toEqual(expect.arrayContaining(['chat.postMessage', 'conversations.open', 'conversations.replies']));
    for (const method of called) {
      // The simulator has them from the page of each method; any one of them is enough.
      const anyOf = botMethods[method]?.scopes;
      expect(anyOf, method).toBeDefined();
      const isAllowed = anyOf?.length === 0 || anyOf?.some((scope) => BOT_SCOPES.some((own) => own === scope));
      expect(isAllowed, method).toBe(true);
    }
    for (const event of events) {
      for (const scope of SCOPES_OF_EVENTS[event] ?? ['an event that is not known here']) {
        expect(BOT_SCOPES, event).toContain(scope);
      }
    }
  });

  it('are all needed: by a method, by an event, or by the commands', () => {
    const needed = new Set([
      'commands',
      ...called.flatMap((method) => botMethods[method]?.scopes ?? []),
      ...events.flatMap((event) => SCOPES_OF_EVENTS[event] ?? []),
    ]);
    expect(BOT_SCOPES.filter((scope) => !needed.has(scope))).toEqual([]);
  });

  it('are those of the manifest, and of the bot in the sandbox', async () => {
    expect(manifest.oauth_config?.scopes?.bot).toEqual([...BOT_SCOPES]);
    const world = await createSimulatedWorld({ databasePath: '/nowhere/tallybot.db' });
    const { store, settings } = world.slack;
    const scopes = store.installations.get(settings.botToken)?.scopes;
    await world.close();
    expect(scopes?.toSorted()).toEqual([...BOT_SCOPES].toSorted());
  });
});

describe('the events that the app is subscribed to', () => {
  it('each have a listener, and each listener its event', () => {
    const heard = [...code.matchAll(/\bapp\.event\('(\w+)'/g)].map(([, name = '']) => name);
    // A subscription to messages names the kind of conversation.
    expect(events.map((event) => event.replace(/\.\w+$/, '')).toSorted()).toEqual([...new Set(heard)].toSorted());
  });
});
