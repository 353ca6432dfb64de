import { describe, expect, it } from 'vitest';
import type { ConfigSecrets } from '../../src/config/config.ts';
import { valuesOf } from '../../src/config/secret-values.ts';
import { withFacts } from '../../src/core/log.ts';
import { createPinoLog, type PinoLogOptions } from '../../src/ports/log/pino-log.ts';

function start(options: Partial<PinoLogOptions> = {}) {
  const lines: Record<string, unknown>[] = [];
  const to = { write: (line: string) => void lines.push(JSON.parse(line)) };
  return { log: createPinoLog({ level: 'debug', to, ...options }), lines };
}

describe('a line of the log', () => {
  it('has its facts, and those that stand on every line of one matter', () => {
    const { log, lines } = start();
    withFacts(log, { cause: '7', place: 'here' }).info({ askId: 'ask_1', place: 'there' }, 'something happened');
    expect(lines).toEqual([
      { level: 30, time: expect.any(String), cause: '7', place: 'there', askId: 'ask_1', msg: 'something happened' },
    ]);
  });

  it('has no field that holds what members write, or a key, at whatever depth they are handed over', () => {
    const { log, lines } = start();
    log.info({ prompt: 'a', user: { token: 'b', sent: { authorization: 'c', id: 1 } } }, 'asked');
    expect(lines[0]).toMatchObject({
      prompt: '[redacted]',
      user: { token: '[redacted]', sent: { authorization: '[redacted]', id: 1 } },
    });
  });

  it('has of an error its name, words and cause, and nothing that a client has hung on to it', () => {
    const { log, lines } = start();
    const cause = Object.assign(new Error('refused'), { request: { headers: { authorization: 'Bearer x' } } });
    log.error({ err: Object.assign(new Error('failed', { cause }), { body: 'a question' }) }, 'a call failed');
    const told = lines[0]?.err as { cause: object };
    expect(Object.keys(told)).toEqual(['name', 'message', 'stack', 'cause']);
    expect(Object.keys(told.cause)).toEqual(['name', 'message', 'stack']);
  });

  it('has none of the secrets that it knows, not in an error and not inside a text', () => {
    const secrets = ['key-one', 'key-one-longer', 'with "quotes" and \\'];
    const { log, lines } = start({ secrets });
    log.warn(
      { err: new Error('refused key-one-longer'), url: 'https://x.test/?k=key-one' },
      'with "quotes" and \\ too',
    );
    expect(lines[0]).toMatchObject({
      err: { message: 'refused [redacted]' },
      url: 'https://x.test/?k=[redacted]',
      msg: '[redacted] too',
    });
  });
});

describe('the secrets of a configuration', () => {
  const secrets: ConfigSecrets = {
    appSecret: 'app-secret',
    appSecretPrevious: null,
    dodoApiKey: 'dodo-api-key',
    dodoWebhookKey: 'dodo-webhook-key',
    openaiApiKey: 'short',
    redisUrl: 'rediss://user:pass%20word@redis.test:6379/0',
    discordToken: 'discord-token',
    slackSigningSecret: 'slack-signing',
    slackAppToken: null,
    slackAuth: { clientId: 'public-client-id', clientSecret: 'client-secret', stateSecret: 'state-secret' },
  };

  it('are every value that is long enough to be one, of the address of Redis the password alone', () => {
    expect(valuesOf(secrets).sort()).toEqual(
      [
        'app-secret',
        'client-secret',
        'discord-token',
        'dodo-api-key',
        'dodo-webhook-key',
        'pass word',
        'pass%20word',
        'slack-signing',
        'state-secret',
      ].sort(),
    );
  });
});
