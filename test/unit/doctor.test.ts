import { describe, expect, it } from 'vitest';
import { unreachableFromOutside } from '../../src/cli/doctor/address-check.ts';
import { type Check, error, type Finding, Skipped, warning } from '../../src/cli/doctor/check.ts';
import { reportFacts, reportLines } from '../../src/cli/doctor/report.ts';
import { runChecks } from '../../src/cli/doctor/run-checks.ts';
import { shutdownOf } from '../../src/core/models.ts';
import { unfitFileSystem } from '../../src/ports/store/sqlite/file-system.ts';

const about = { about: 'it', expected: 'this', came: 'that', cure: 'Do it.' };
const check = (id: string, run: Check['run'], needs: string[] = []): Check => ({ id, title: `The ${id}`, needs, run });
const none = new Set<string>();

describe('checks', () => {
  it('are bounded in time, each by itself', async () => {
    const hanging = check('hanging', () => new Promise<Finding[]>(() => {}));
    const results = await runChecks([hanging, check('quick', async () => [])], none, [], 20);
    expect(results.map(({ status }) => status)).toEqual(['error', 'ok']);
    expect(results[0]?.findings[0]).toMatchObject({ expected: 'an answer within 0.02 s', came: 'none' });
  });

  it('that fail are findings, and those that cannot be made are skipped with the reason', async () => {
    const results = await runChecks(
      [
        check('failing', async () => {
          throw new Error('it broke', { cause: new Error('here') });
        }),
        check('pointless', async () => {
          throw new Skipped('nothing there');
        }),
        check('needy', async () => [error(about)], ['A', 'B']),
      ],
      new Set(['B']),
      [],
    );
    expect(results.map(({ status, reason }) => [status, reason])).toEqual([
      ['error', undefined],
      ['skipped', 'nothing there'],
      ['skipped', 'needs B'],
    ]);
    expect(results[0]?.findings[0]?.came).toBe('it broke: here');
  });

  it('show no secret, whatever a vendor says', async () => {
    const leaky = check('leaky', async () => [error({ ...about, came: 'key sk-very-secret is wrong' })]);
    const thrower = check('thrower', async () => {
      throw new Error('sk-very-secret?');
    });
    const results = await runChecks([leaky, thrower], none, ['sk-very-secret']);
    expect(JSON.stringify(results)).not.toContain('sk-very-secret');
    expect(results[0]?.findings[0]?.came).toBe('key [secret] is wrong');
  });

  it('are reported for people and for programs', async () => {
    const results = await runChecks(
      [
        check('good', async () => []),
        check('poor', async () => [warning(about)]),
        check('bad', async () => [warning(about), error({ ...about, symptom: 'nothing works' })]),
      ],
      none,
      [],
    );
    expect(reportLines(results)).toEqual([
      '✓ The good',
      '! The poor',
      '    warning: it: expected this; came that',
      '      cure: Do it.',
      '✗ The bad',
      '    warning: it: expected this; came that',
      '      cure: Do it.',
      '    error: it: expected this; came that',
      '      seen as: nothing works',
      '      cure: Do it.',
      '',
      '1 error, 2 warnings.',
    ]);
    expect(reportFacts(results)).toMatchObject({ ok: false, errors: 1, warnings: 2 });
  });
});

describe('an address that Dodo itself is to reach', () => {
  const dodo = (baseUrl: string | null) => ({ environment: 'test_mode' as const, baseUrl, callsPerMinute: 1 });
  it.each([
    ['http://localhost:3000', /an address at which Dodo reaches the bot/],
    ['https://127.0.0.1', /an address at which Dodo reaches the bot/],
    ['http://[::1]:3000', /an address at which Dodo reaches the bot/],
    ['http://bot.example.com', /begins with https/],
  ])('is none of the kind of %s', (baseUrl, expected) => {
    expect(unreachableFromOutside({ baseUrl, dodo: dodo(null) })?.expected).toMatch(expected);
    expect(unreachableFromOutside({ baseUrl, dodo: dodo('http://127.0.0.1:4000') })).toBeNull();
  });

  it('is one with TLS', () => {
    expect(unreachableFromOutside({ baseUrl: 'https://bot.example.com', dodo: dodo(null) })).toBeNull();
    expect(unreachableFromOutside({ baseUrl: 'https://localhost.example.com', dodo: dodo(null) })).toBeNull();
  });
});

describe('what is known of models and disks', () => {
  it('has the announced ends, also of dated versions', () => {
    expect(
      ['gpt-5-mini', 'gpt-5-mini-2025-08-07', 'gpt-4o', 'o1', 'gpt-5.4-mini', 'gpt-5.4-nano'].map(shutdownOf),
    ).toEqual(['2026-12-11', '2026-12-11', '2027-01-14', '2026-10-23', null, '2027-04-01']);
  });

  it('has the file systems that lose a store', () => {
    // As Node gives a type above 2^31 on some systems.
    expect([0x01021994, 0x794c7630, 0x6969, 0xff534d42 | 0].map((type) => unfitFileSystem(type) !== null)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect([0xef53, 0x58465342, 0x9123683e].map(unfitFileSystem)).toEqual([null, null, null]);
  });
});
