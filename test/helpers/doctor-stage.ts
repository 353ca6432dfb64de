import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import DodoPayments from 'dodopayments';
import { expect } from 'vitest';
import { commandsFor } from '../../src/app/services.ts';
import type { Surroundings } from '../../src/cli/doctor/all-checks.ts';
import { examine } from '../../src/cli/doctor/examine.ts';
import { reportLines } from '../../src/cli/doctor/report.ts';
import type { Result } from '../../src/cli/doctor/run-checks.ts';
import { runProvision } from '../../src/cli/provision/run-provision.ts';
import { readSettings } from '../../src/cli/provision/settings.ts';
import { registerAtDiscord } from '../../src/cli/register/register-at-discord.ts';
import { loadConfig } from '../../src/config/config.ts';
import { DEFAULT_TERMS } from '../../src/core/catalogue.ts';
import { type Bot, startBot } from './bot.ts';

/** A disk of which the doctor has nothing to say (ext4), wherever the tests run. */
const GOOD_DISK = 0xef53;

/** A bot that runs among simulators in which everything is set as it should be. */
export interface DoctorStage {
  bot: Bot;
  /** The vendor's own client, as the dashboard's stand-in. */
  dodo: DodoPayments;
  /** Of the webhook endpoint at Dodo. */
  endpointId: string;
  /** The bot's variables, with a catalogue whose credits outlive every month. */
  env: Record<string, string>;
  /** What the doctor says, with some variables changed; an empty value takes one away. No secret may be in it. */
  examined(changes?: Record<string, string>, surroundings?: Surroundings): Promise<Result[]>;
  /** What a test spoilt is put right by these, the newest first. */
  undo: (() => unknown)[];
  putRight(): Promise<void>;
  close(): Promise<void>;
}

/** Starts it all, provisioned and registered. Close it in the same file. */
export async function createDoctorStage(): Promise<DoctorStage> {
  const bot = await startBot();
  const folder = await mkdtemp(join(tmpdir(), 'tallybot-doctor-'));
  const plans = DEFAULT_TERMS.plans.map((plan) => ({ ...plan, expiresAfterDays: 32 }));
  await writeFile(join(folder, 'catalogue.json'), JSON.stringify({ plans }));
  const env = { ...bot.world.env, CATALOGUE_PATH: join(folder, 'catalogue.json') };
  await provision(env);
  await register(env);
  await bot.settle();
  const dodo = new DodoPayments({ bearerToken: bot.world.dodo.apiKey, baseURL: bot.world.dodo.url });
  const undo: DoctorStage['undo'] = [];
  return {
    bot,
    dodo,
    endpointId: (await dodo.webhooks.list()).data[0]?.id ?? '',
    env,
    async examined(changes = {}, surroundings = {}) {
      const changed = { ...env, ...changes };
      const results = await examine(changed, { clock: bot.now, fileSystemOf: async () => GOOD_DISK, ...surroundings });
      const told = reportLines(results).join('\n');
      for (const [name, value] of Object.entries(changed)) {
        if (/KEY|SECRET|TOKEN/.test(name) && value !== '') expect(told).not.toContain(value);
      }
      expect(told).not.toContain('password');
      return results;
    },
    undo,
    async putRight() {
      for (const back of undo.splice(0).reverse()) await back();
    },
    async close() {
      await bot.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** As `npm run provision -- --apply` does. */
async function provision(env: Record<string, string>): Promise<void> {
  const args = { apply: true, print: true, yes: true, confirmed: [] };
  const io = { envPath: '', ask: async () => null, tell() {}, print() {} };
  expect(await runProvision(args, readSettings(env), io)).toBe(0);
}

/** As `npm run register` does. */
async function register(env: Record<string, string>): Promise<void> {
  const { config, secrets } = loadConfig(env);
  if (config.discord === null || secrets.discordToken === null) throw new Error('expected Discord to be configured');
  await registerAtDiscord(config.discord, secrets.discordToken, commandsFor(config.catalogue), config.baseUrl);
}

/** Those that are not well, with their findings in a line each. */
export function complaints(results: readonly Result[]): Record<string, string[]> {
  return Object.fromEntries(
    results
      .filter(({ status }) => status === 'error' || status === 'warning')
      .map(({ id, findings }) => [
        id,
        findings.map(({ severity, about, expected, came, cure, symptom }) =>
          [severity, about, expected, came, cure, symptom ?? ''].join(' | '),
        ),
      ]),
  );
}
